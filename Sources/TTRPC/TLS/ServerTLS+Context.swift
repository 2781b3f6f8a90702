internal import OpenSSL

extension ServerTLS {
    /// Reads the files; blocks.
    ///
    /// - Throws: `RuntimeError` naming the file that cannot be used.
    func context() throws(RuntimeError) -> TLSContext {
        var configuration = TLSServerConfiguration(
            identity: TLSIdentity(
                certificateChain: .file(certificateChainFile), privateKey: .file(privateKeyFile)))
        configuration.trustAnchors = trustRootsFile.map { .file($0) }
        configuration.clientCertificates =
            switch clientCertificate {
            case .none: .none
            case .optional: .optional
            case .required: .required
            }
        configuration.revocationLists = revocationListFiles.map { .file($0) }
        configuration.minimumVersion =
            switch minimumVersion {
            case .v1_2: .v1_2
            case .v1_3: .v1_3
            }
        do {
            return try TLSContext(configuration)
        } catch {
            throw RuntimeError(.invalidTLSConfiguration, certificateChainFile, cause: error)
        }
    }
}
