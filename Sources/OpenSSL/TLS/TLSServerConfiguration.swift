/// How a server speaks TLS.
package struct TLSServerConfiguration: Sendable {
    /// What is asked of clients.
    package enum ClientCertificatePolicy: Sendable, Hashable {
        /// None is asked for.
        case none
        /// One may be shown; one that does not verify is refused all the same.
        case optional
        /// Without one that verifies there is no connection.
        case required
    }

    package var identity: TLSIdentity
    /// The roots that client certificates must lead to. Required unless the policy is `none`.
    package var trustAnchors: PEMSource?
    package var clientCertificates = ClientCertificatePolicy.none
    /// Lists against which client certificates and their issuers are checked. Once there is one,
    /// every authority of a client's chain needs a current list: what an expired list would have
    /// said is not known, so it refuses its clients.
    package var revocationLists: [PEMSource] = []
    package var minimumVersion = TLSVersion.v1_3
    /// In order of preference. A client that offers only others is refused.
    package var applicationProtocols: [String] = ["ttrpc"]
    /// Whether a client that offers no application protocol at all is refused too.
    package var requiresApplicationProtocol = false

    package init(identity: TLSIdentity) {
        self.identity = identity
    }
}
