internal import OpenSSL

extension ClientTLS {
    /// Reads the files; blocks.
    ///
    /// - Throws: `RuntimeError` naming the file that cannot be used.
    func context() throws(RuntimeError) -> TLSContext {
        var identity: TLSIdentity?
        if let certificateChainFile {
            guard let privateKeyFile else {
                throw RuntimeError(
                    .invalidTLSConfiguration, "\(certificateChainFile): its private key is missing")
            }
            identity = TLSIdentity(
                certificateChain: .file(certificateChainFile), privateKey: .file(privateKeyFile))
        }
        let configuration = TLSClientConfiguration(
            trustAnchors: .file(trustRootsFile), identity: identity)
        do {
            return try TLSContext(configuration)
        } catch {
            throw RuntimeError(.invalidTLSConfiguration, trustRootsFile, cause: error)
        }
    }
}
