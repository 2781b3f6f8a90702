/// The certificate we present and the key that proves it is ours.
package struct TLSIdentity: Sendable {
    /// Our certificate first, then what leads up to, but need not include, the root.
    package var certificateChain: PEMSource
    /// Unencrypted PEM.
    package var privateKey: PEMSource

    package init(certificateChain: PEMSource, privateKey: PEMSource) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}
