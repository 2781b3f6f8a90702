/// How a client speaks TLS. The server's certificate is always verified.
package struct TLSClientConfiguration: Sendable {
    /// The roots that the server's certificate must lead to; nil means the system's.
    package var trustAnchors: PEMSource?
    /// What we present to a server that asks for a certificate.
    package var identity: TLSIdentity?
    /// The workload the server must be, in addition to its name. With this set a session needs no
    /// server name, as over a Unix socket, where there is none.
    package var serverIdentity: SPIFFEID?
    /// Lists against which server certificates (the leaf, not its issuers) are checked. Once there
    /// is one, every server's issuer needs a current list.
    package var revocationLists: [PEMSource] = []
    package var minimumVersion = TLSVersion.v1_3
    package var applicationProtocols: [String] = ["ttrpc"]
    /// Whether a server that answers with no application protocol is refused.
    package var requiresApplicationProtocol = false

    package init(trustAnchors: PEMSource? = nil, identity: TLSIdentity? = nil) {
        self.trustAnchors = trustAnchors
        self.identity = identity
    }
}
