internal import CLinux
internal import Glibc
internal import Reactor

/// A socket address as the kernel takes it.
struct KernelAddress: Sendable {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    init() {}

    /// - Throws: `RuntimeError` with `.invalidConfiguration` for a path over the kernel's limit.
    init(unixPath path: String) throws(RuntimeError) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= SocketAddress.unixPathBytesMax, !bytes.contains(0)
        else {
            throw RuntimeError(
                .invalidConfiguration,
                """
                the Unix socket path "\(path)" has \(bytes.count) bytes; the kernel takes 1 to \
                \(SocketAddress.unixPathBytesMax)
                """)
        }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \sockaddr_un.sun_path) ?? 2
        storage.ss_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &storage) { $0[offset...].copyBytes(from: bytes) }
        length = socklen_t(offset + bytes.count + 1)
    }

    /// Every address that `host` stands for. Blocks while the name is resolved, so it is called on
    /// `BlockingThread`; a numeric address is answered at once.
    static func resolve(host: String, port: UInt16) throws(RuntimeError) -> [KernelAddress] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = CInt(AI_NUMERICSERV)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &list)
        guard result == 0 else {
            throw RuntimeError(
                .invalidConfiguration, "\(host): \(String(cString: gai_strerror(result)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [KernelAddress] = []
        var next = list
        while let entry = next {
            if let pointer = entry.pointee.ai_addr {
                addresses.append(KernelAddress(copying: pointer, entry.pointee.ai_addrlen))
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }

    private init(copying pointer: UnsafePointer<sockaddr>, _ length: socklen_t) {
        let count = min(Int(length), MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: count))
        }
        self.length = socklen_t(count)
    }

    var family: CInt { CInt(storage.ss_family) }

    /// The port of an IPv4 or IPv6 address, 0 for others.
    var port: UInt16 {
        withUnsafeBytes(of: storage) { bytes in
            family == AF_INET || family == AF_INET6
                ? UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self)) : 0
        }
    }

    /// The numeric address without its port; empty for a Unix socket.
    var numericHost: String {
        guard family == AF_INET || family == AF_INET6 else { return "" }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = withPointer {
            getnameinfo($0, $1, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        }
        guard result == 0 else { return "" }
        return text.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    func withPointer<Value>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    mutating func withMutablePointer<Value>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Value
    ) -> Value {
        withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }
}
