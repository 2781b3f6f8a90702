internal import Glibc

/// The socket calls of a page server, each in one place with its answer checked.
enum PageSocket {
    /// How many connections may wait to be accepted.
    private static let backlogMax: CInt = 64

    enum Transfer {
        case bytes(Int)
        case wouldBlock
        /// The peer is gone, or will send no more.
        case ended
    }

    /// Listens on the loopback address. Port 0 lets the kernel choose.
    static func listen(port: UInt16) throws(PageServerError) -> (descriptor: CInt, port: UInt16) {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw failure("socket", port) }
        do {
            return (descriptor, try bindAndListen(descriptor, port))
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func bindAndListen(
        _ descriptor: CInt, _ port: UInt16
    ) throws(PageServerError) -> UInt16 {
        var on: CInt = 1
        setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withPointer(to: &address) { bind(descriptor, $0, length) == 0 }
        guard isBound else { throw failure("bind", port) }
        guard Glibc.listen(descriptor, backlogMax) == 0 else { throw failure("listen", port) }
        let isKnown = withPointer(to: &address) { getsockname(descriptor, $0, &length) == 0 }
        guard isKnown else { throw failure("getsockname", port) }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func withPointer<Value>(
        to address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Value
    ) -> Value {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }

    private static func failure(_ call: String, _ port: UInt16) -> PageServerError {
        PageServerError("127.0.0.1:\(port): \(call): \(String(cString: strerror(errno)))")
    }

    /// A connection that waits, or nil when there is none that can be taken now.
    static func accept(_ descriptor: CInt) -> CInt? {
        while true {
            let accepted = Glibc.accept(descriptor, nil, nil)
            guard accepted >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return nil
            }
            guard fcntl(accepted, F_SETFL, O_NONBLOCK) == 0,
                fcntl(accepted, F_SETFD, FD_CLOEXEC) == 0
            else {
                close(accepted)
                continue
            }
            return accepted
        }
    }

    static func read(_ descriptor: CInt, into buffer: inout [UInt8]) -> Transfer {
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count < 0, errno == EINTR { continue }
            return count < 0 && errno == EAGAIN ? .wouldBlock : .ended
        }
    }

    static func write(_ descriptor: CInt, _ bytes: ArraySlice<UInt8>) -> Transfer {
        while true {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .wouldBlock : .ended
        }
    }

    /// Tells the peer that no more comes.
    static func finishWriting(_ descriptor: CInt) {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    static func close(_ descriptor: CInt) {
        _ = Glibc.close(descriptor)
    }
}
