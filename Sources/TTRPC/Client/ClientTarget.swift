internal import OpenSSL
internal import Synchronization

/// Where a client connects: the addresses behind the name, and the TLS context.
final class ClientTarget: Sendable {
    /// What one attempt to connect works with.
    struct Prepared: Sendable {
        let addresses: [KernelAddress]
        let tls: TLSContext?
    }

    let address: SocketAddress
    private let tls: ClientTLS?
    private let context = Mutex<TLSContext?>(nil)
    /// The address of a Unix socket, which needs no resolving.
    private let unixAddress: KernelAddress?

    /// - Throws: `RuntimeError` with `.invalidConfiguration` for a path over the kernel's limit, or
    ///   TLS on a Unix socket without the name of a server.
    init(address: SocketAddress, tls: ClientTLS?) throws(RuntimeError) {
        self.address = address
        self.tls = tls
        switch address {
        case .unix(let path):
            unixAddress = try KernelAddress(unixPath: path)
            guard tls == nil || tls?.serverName != nil else {
                throw RuntimeError(
                    .invalidConfiguration,
                    "\(address): TLS on a Unix socket needs the server's name")
            }
        case .tcp: unixAddress = nil
        }
    }

    /// The name that the server's certificate must be for.
    var serverName: String? {
        guard let tls else { return nil }
        if let name = tls.serverName { return name }
        if case .tcp(let host, _) = address { return host }
        return nil
    }

    /// What needs no waiting to be prepared: a Unix socket in plain text.
    var preparedAtOnce: Prepared? {
        guard let unixAddress, tls == nil else { return nil }
        return Prepared(addresses: [unixAddress], tls: nil)
    }

    /// Resolves the name and reads the certificates; blocks.
    func prepare() throws(RuntimeError) -> Prepared {
        let tls = try tlsContext()
        if let unixAddress { return Prepared(addresses: [unixAddress], tls: tls) }
        guard case .tcp(let host, let port) = address else {
            return Prepared(addresses: [], tls: tls)
        }
        return Prepared(addresses: try KernelAddress.resolve(host: host, port: port), tls: tls)
    }

    /// Kept between connections: a client with a thousand of them should read its files once.
    private func tlsContext() throws(RuntimeError) -> TLSContext? {
        guard let tls else { return nil }
        if let made = context.withLock({ $0 }) { return made }
        let made = try tls.context()
        context.withLock { $0 = made }
        return made
    }

    /// The next attempt reads the certificates anew: they may have been replaced.
    func forgetTLSContext() {
        context.withLock { $0 = nil }
    }
}
