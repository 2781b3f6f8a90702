internal import Glibc

/// A listening socket that the service manager opened and handed over (sd_listen_fds(3)).
///
/// The manager keeps it open while the service restarts, so that connections wait instead of being
/// refused.
package struct InheritedSocket: Sendable, Hashable {
    /// Where it listens.
    package enum Address: Sendable, Hashable {
        /// A Unix socket's path; empty for one without a path.
        case unix(path: String)
        /// TCP over IPv4 or IPv6.
        case tcp(host: String, port: UInt16)
    }

    /// The open descriptor. It belongs to whoever takes it from here.
    package let descriptor: CInt
    /// What the manager calls it, `FileDescriptorName=`.
    package let name: String
    package let address: Address

    /// How many sockets are taken.
    package static let countMax = 64
    private static let firstDescriptor: CInt = 3

    /// The sockets in the order of the unit; none when the manager handed nothing over, or to
    /// another process than this one.
    ///
    /// - Throws: `SystemdError` for a descriptor that is no listening stream socket.
    package static func all(
        environment: [String: String], processID: Int32
    ) throws(SystemdError) -> [InheritedSocket] {
        guard environment["LISTEN_PID"] == String(processID),
            let text = environment["LISTEN_FDS"]
        else { return [] }
        guard let count = Int(text), (0...countMax).contains(count) else {
            throw SystemdError("LISTEN_FDS: \"\(text)\" is no number from 0 to \(countMax)")
        }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(
            separator: ":", omittingEmptySubsequences: false)
        var sockets: [InheritedSocket] = []
        for index in 0..<count {
            sockets.append(
                try InheritedSocket(
                    firstDescriptor + CInt(index),
                    name: index < names.count ? String(names[index]) : "unknown"))
        }
        return sockets
    }

    private init(_ descriptor: CInt, name: String) throws(SystemdError) {
        self.descriptor = descriptor
        self.name = name
        // What this process starts has no use for it.
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw SystemdError(call: "descriptor \(descriptor) (\(name)) of LISTEN_FDS")
        }
        guard Self.option(descriptor, SO_ACCEPTCONN) == 1,
            Self.option(descriptor, SO_TYPE) == CInt(SOCK_STREAM.rawValue)
        else {
            throw SystemdError(
                "descriptor \(descriptor) (\(name)) of LISTEN_FDS is no listening stream socket")
        }
        address = try Self.address(descriptor)
    }

    private static func option(_ descriptor: CInt, _ name: CInt) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    private static func address(_ descriptor: CInt) throws(SystemdError) -> Address {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
        guard result == 0 else { throw SystemdError(call: "getsockname") }
        switch CInt(storage.ss_family) {
        case AF_UNIX: return .unix(path: path(storage, Int(length)))
        case AF_INET, AF_INET6:
            let port = withUnsafeBytes(of: storage) {
                UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
            }
            return .tcp(host: numericHost(storage, length), port: port)
        default:
            throw SystemdError("descriptor \(descriptor) of LISTEN_FDS: unknown address family")
        }
    }

    private static func path(_ storage: sockaddr_storage, _ length: Int) -> String {
        let offset = MemoryLayout<sockaddr_un>.offset(of: \sockaddr_un.sun_path) ?? 2
        guard length > offset else { return "" }
        return withUnsafeBytes(of: storage) { bytes in
            String(decoding: bytes[offset..<length].prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func numericHost(_ storage: sockaddr_storage, _ length: socklen_t) -> String {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getnameinfo($0, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            }
        }
        guard result == 0 else { return "" }
        return text.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
