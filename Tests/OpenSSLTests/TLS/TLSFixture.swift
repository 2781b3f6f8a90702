internal import TestCertificates

@testable internal import OpenSSL

/// An authority with a server's and a client's certificate, and configurations that use them.
struct TLSFixture {
    let directory: TestDirectory
    let authority: TestCA
    let serverCertificate: TestCertificate
    let clientCertificate: TestCertificate

    init() throws {
        directory = try TestDirectory()
        authority = try TestCA.make(in: directory.path)
        serverCertificate = try authority.server(uri: ["spiffe://bfc.test/service/tenancy"])
        clientCertificate = try authority.client()
    }

    func server(
        _ policy: TLSServerConfiguration.ClientCertificatePolicy = .none
    ) -> TLSServerConfiguration {
        var configuration = TLSServerConfiguration(identity: TLSIdentity(serverCertificate))
        configuration.trustAnchors = .file(authority.certificatePath)
        configuration.clientCertificates = policy
        return configuration
    }

    func client(_ certificate: TestCertificate? = nil) -> TLSClientConfiguration {
        TLSClientConfiguration(
            trustAnchors: .file(authority.certificatePath),
            identity: certificate.map { TLSIdentity($0) })
    }

    func pair() throws -> TLSPair {
        try TLSPair(server: server(), client: client())
    }
}

extension TLSIdentity {
    init(_ certificate: TestCertificate) {
        self.init(
            certificateChain: .file(certificate.certificatePath),
            privateKey: .file(certificate.keyPath))
    }
}
