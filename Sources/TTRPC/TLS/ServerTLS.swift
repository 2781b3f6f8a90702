/// How a server speaks TLS with ALPN `ttrpc`.
public struct ServerTLS: Sendable, Hashable {
    /// A PEM file with the server's certificate and the chain up to its root.
    public var certificateChainFile: String
    /// A PEM file with the certificate's private key.
    public var privateKeyFile: String
    /// A PEM file with the roots that client certificates must lead to.
    public var trustRootsFile: String?
    /// PEM files with the revocation lists that clients' chains are checked against. Once there is
    /// one, every authority of a chain needs a list that is not out of date.
    public var revocationListFiles: [String] = []
    public var clientCertificate = ClientCertificatePolicy.optional
    /// The oldest version that is spoken.
    public var minimumVersion = Version.v1_3

    /// A version of TLS.
    public enum Version: Sendable, Hashable {
        case v1_2
        case v1_3
    }

    /// What is asked of clients.
    public enum ClientCertificatePolicy: Sendable, Hashable {
        /// None is asked for.
        case none
        /// One may be shown; one that does not verify is refused.
        case optional
        /// Without a valid one there is no connection.
        case required
    }

    public init(certificateChainFile: String, privateKeyFile: String, trustRootsFile: String?) {
        self.certificateChainFile = certificateChainFile
        self.privateKeyFile = privateKeyFile
        self.trustRootsFile = trustRootsFile
    }
}

/// How a client speaks TLS 1.3 with ALPN `ttrpc`. The server's name is always verified.
public struct ClientTLS: Sendable, Hashable {
    /// A PEM file with the roots that the server's certificate must lead to.
    public var trustRootsFile: String
    /// A PEM file with the client's certificate and its chain, for servers that ask for one.
    public var certificateChainFile: String?
    /// A PEM file with that certificate's private key.
    public var privateKeyFile: String?
    /// The name the server's certificate must be for; nil means the host that is connected to.
    public var serverName: String?

    public init(
        trustRootsFile: String, certificateChainFile: String? = nil, privateKeyFile: String? = nil,
        serverName: String? = nil
    ) {
        self.trustRootsFile = trustRootsFile
        self.certificateChainFile = certificateChainFile
        self.privateKeyFile = privateKeyFile
        self.serverName = serverName
    }
}
