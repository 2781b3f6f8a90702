internal import Glibc
internal import Synchronization

/// TCP ports of the loopback address that nobody listens on.
enum FreePort {
    /// Below the ports that kernels give to outgoing connections (32768 and up): a client of
    /// another test cannot take one between this and the server's `bind`.
    private static let range: Range<UInt16> = 10_000..<20_000

    /// What the next search begins with. No port is handed out twice while the tests run, and two
    /// runs on one machine begin at different places.
    private static let next = Mutex(UInt16.random(in: range))

    static func find(count: Int) throws -> [UInt16] {
        try next.withLock { next in
            var ports: [UInt16] = []
            for _ in range where ports.count < count {
                if try isFree(next) { ports.append(next) }
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
            }
            guard ports.count == count else { throw DeploymentError("no free port in \(range)") }
            return ports
        }
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let descriptor = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw DeploymentError("no socket: errno \(errno)") }
        defer { close(descriptor) }
        var address = sockaddr_in.loopback(port: port)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

extension sockaddr_in {
    static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        return address
    }
}
