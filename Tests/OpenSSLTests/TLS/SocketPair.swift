internal import Glibc

/// Two connected, non-blocking Unix sockets, closed when the value is let go.
final class SocketPair {
    let client: Int32
    let server: Int32
    private var open: Set<Int32>

    init(bufferBytes: Int32? = nil) throws {
        var numbers: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &numbers) == 0 else {
            throw SocketError(number: errno)
        }
        client = numbers[0]
        server = numbers[1]
        open = [client, server]
        if var size = bufferBytes {
            for number in numbers {
                setsockopt(number, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(4))
            }
        }
    }

    deinit {
        for number in open { Glibc.close(number) }
    }

    func close(_ number: Int32) {
        guard open.remove(number) != nil else { return }
        Glibc.close(number)
    }

    func write(_ bytes: [UInt8], to number: Int32) throws {
        guard send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw SocketError(number: errno)
        }
    }

    /// Takes what is there off a socket, so that its peer never gets it.
    @discardableResult
    func drain(_ number: Int32) -> Int {
        var total = 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(number, &buffer, buffer.count, 0)
            guard count > 0 else { return total }
            total += count
        }
    }
}

struct SocketError: Error {
    let number: Int32
}
