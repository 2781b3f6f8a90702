internal import Glibc
internal import TTRPC
internal import TenancyCommandLine

/// A connection that sends what it likes: a blocking socket with nothing of the runtime on it.
struct RawUnixSocket: ~Copyable {
    private let descriptor: CInt

    init(path: String) throws(CommandFailure) {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw CommandFailure(.usage, "\(path): too long for a Unix socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Self.failure("connect") }
    }

    deinit { close(descriptor) }

    /// Sends all of `bytes`; what the server no longer takes is dropped.
    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    /// Waits for bytes and reads them; 0 at the end of the connection.
    func receive(into buffer: inout [UInt8]) -> Int {
        recv(descriptor, &buffer, buffer.count, 0)
    }

    private static func failure(_ call: String) -> CommandFailure {
        CommandFailure(.negativeAnswer, "\(call): \(String(cString: strerror(errno)))")
    }
}

extension RawUnixSocket {
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
