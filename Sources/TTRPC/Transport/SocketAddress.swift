/// Where a server listens or a client connects.
public enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// A Unix stream socket by its path, at most `unixPathBytesMax` bytes.
    case unix(path: String)
    /// A TCP port on a host name or a numeric IPv4 or IPv6 address.
    case tcp(host: String, port: UInt16)

    /// What the kernel's `sockaddr_un` holds, without the closing NUL.
    public static let unixPathBytesMax = 107

    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
