internal import Glibc

/// A blocking Unix socket.
struct FuzzSocket: ~Copyable {
    private let descriptor: CInt

    init(connectedTo path: String) {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        let result = Self.withAddress(path) { connect(descriptor, $0, $1) }
        precondition(result == 0, "connect: \(errno)")
        limitWaiting()
    }

    init(owning descriptor: CInt) {
        self.descriptor = descriptor
        limitWaiting()
    }

    deinit { close(descriptor) }

    /// A wait without end would be a hang that libFuzzer cannot attribute.
    private func limitWaiting() {
        var time = timeval(tv_sec: 30, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// Sends what the other side takes of it.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func finishSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Reads until at least `count` bytes have come, or the end.
    func read(atLeast count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < count {
            let received = recv(descriptor, &buffer, buffer.count, 0)
            if received < 0 { precondition(errno != EAGAIN, "the other side hangs") }
            guard received > 0 else { break }
            bytes += buffer[..<received]
        }
        return bytes
    }

    func readToEnd() -> [UInt8] { read(atLeast: .max) }

    static func withAddress<Value>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
