internal import Glibc

/// TCP ports of the loopback address that nobody listens on.
enum FreePort {
    /// The kernel chooses. All are held until the last is found, so that they differ; another
    /// program may take one afterwards, and then the server says so.
    static func find(count: Int) throws -> [UInt16] {
        var descriptors: [CInt] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        return try (0..<count).map { _ in
            let descriptor = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw DeploymentError("no socket: errno \(errno)") }
            descriptors.append(descriptor)
            var address = sockaddr_in.loopback(port: 0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(descriptor, generic, length) == 0
                        && getsockname(descriptor, generic, &length) == 0
                }
            }
            guard isBound else { throw DeploymentError("no free port: errno \(errno)") }
            return UInt16(bigEndian: address.sin_port)
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
