internal import TestCertificates

@testable internal import TTRPC

/// A TLS listener for tests.
enum TLSFixture {
    /// On a port of the kernel's choice, with a certificate of `authority` for localhost.
    static func listener(
        _ authority: TestCA, clients: ServerTLS.ClientCertificatePolicy = .optional
    ) throws -> ListenerConfiguration {
        let certificate = try authority.server()
        var tls = ServerTLS(
            certificateChainFile: certificate.certificatePath,
            privateKeyFile: certificate.keyPath, trustRootsFile: authority.certificatePath)
        tls.clientCertificate = clients
        return ListenerConfiguration(.tcp(host: "127.0.0.1", port: 0), tls: tls)
    }
}
