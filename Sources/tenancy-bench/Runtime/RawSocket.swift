internal import Glibc
internal import TTRPC
internal import TenancyCommandLine

/// A connection that sends what it likes: a blocking socket with nothing of the runtime on it.
struct RawSocket: ~Copyable {
    let descriptor: CInt

    /// Connects to a Unix socket, or to a port of this machine's.
    init(_ address: SocketAddress) throws(CommandFailure) {
        switch address {
        case .unix(let path):
            var unix = sockaddr_un()
            unix.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            guard bytes.count < MemoryLayout.size(ofValue: unix.sun_path) else {
                throw CommandFailure(.usage, "\(path): too long for a Unix socket")
            }
            withUnsafeMutableBytes(of: &unix.sun_path) { $0.copyBytes(from: bytes) }
            try self.init(family: AF_UNIX, connectingTo: unix)
        case .tcp(_, let port):
            var loopback = sockaddr_in()
            loopback.sin_family = sa_family_t(AF_INET)
            loopback.sin_port = port.bigEndian
            loopback.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            try self.init(family: AF_INET, connectingTo: loopback)
        }
    }

    private init<Address>(
        family: CInt, connectingTo address: Address
    ) throws(CommandFailure) {
        descriptor = socket(family, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("socket") }
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard result == 0 else { throw Self.failure("connect") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends all of `bytes`; what the server no longer takes is dropped.
    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    /// Waits for bytes and reads them; 0 at the end of the connection.
    func receive(into buffer: inout [UInt8]) -> Int {
        recv(descriptor, &buffer, buffer.count, 0)
    }

    /// Whether the other side has not closed it, as far as is known here.
    var isOpen: Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT))
        return count > 0 || (count < 0 && errno == EAGAIN)
    }

    private static func failure(_ call: String) -> CommandFailure {
        CommandFailure(.negativeAnswer, "\(call): \(String(cString: strerror(errno)))")
    }
}

extension RawSocket {
    /// A header of a request on `stream`, whatever follows it.
    static func requestHeader(stream: UInt32, promising length: UInt32) -> [UInt8] {
        var header: [UInt8] = []
        for word in [length, stream] {
            withUnsafeBytes(of: word.bigEndian) { header.append(contentsOf: $0) }
        }
        return header + [1, 0]
    }

    /// A whole call of `RuntimeService.echo` with an empty message.
    static func echoRequest(stream: UInt32) -> [UInt8] {
        var envelope: [UInt8] = []
        for (key, text) in [
            (UInt8(0x0a), RuntimeService.echo.service), (0x12, RuntimeService.echo.method),
        ] {
            envelope += [key, UInt8(text.utf8.count)] + Array(text.utf8)
        }
        return requestHeader(stream: stream, promising: UInt32(envelope.count)) + envelope
    }
}
