internal import TestCertificates
internal import Testing

@testable internal import OpenSSL

@Suite("Certificates are verified on both sides")
struct TLSVerificationTests {
    private let fixture: TLSFixture

    init() throws {
        fixture = try TLSFixture()
    }

    // MARK: - Clients

    @Test("a required client certificate is verified and can be read")
    func required() throws {
        let pair = try TLSPair(
            server: fixture.server(.required), client: fixture.client(fixture.clientCertificate))
        try pair.connect()
        let certificate = try #require(pair.server.peerCertificate)
        #expect(try certificate.spiffeID().description == "spiffe://bfc.test/service/client")
    }

    @Test("without a required certificate there is no connection")
    func absent() throws {
        let pair = try TLSPair(server: fixture.server(.required), client: fixture.client())
        let outcome = pair.shakeHands()
        #expect(outcome.server?.code == .peerCertificateMissing)
        // In TLS 1.3 the client is done first and hears of it when it reads.
        let error = #expect(throws: OpenSSLError.self) { try pair.client.readOnce() }
        #expect(error?.code == .certificateRefusedByPeer)
    }

    @Test("an optional certificate may be missing")
    func optional() throws {
        let pair = try TLSPair(server: fixture.server(.optional), client: fixture.client())
        try pair.connect()
        #expect(pair.server.peerCertificate == nil)
    }

    enum Flaw: String, CaseIterable {
        case untrusted, expired, notYetValid, forServers, revoked, unknownList
    }

    @Test(
        "a client certificate with a flaw is refused, required or not",
        arguments: Flaw.allCases,
        [TLSServerConfiguration.ClientCertificatePolicy.optional, .required])
    func flawed(flaw: Flaw, policy: TLSServerConfiguration.ClientCertificatePolicy) throws {
        var server = fixture.server(policy)
        let certificate: TestCertificate
        switch flaw {
        case .untrusted:
            certificate = try TestCA.make(in: fixture.directory.path, name: "other").client()
        case .expired:
            certificate = try fixture.authority.client(validity: .expired)
        case .notYetValid:
            certificate = try fixture.authority.client(validity: .notYet)
        case .forServers:
            certificate = try fixture.authority.server()
        case .revoked:
            certificate = try fixture.authority.client()
            server.revocationLists = [
                .file(try fixture.authority.revocationList(revoking: [certificate]))
            ]
        case .unknownList:
            // A list that has run out says nothing, and then nobody is let in.
            certificate = try fixture.authority.client()
            server.revocationLists = [
                .file(try fixture.authority.revocationList(revoking: [], validity: .expired))
            ]
        }
        // A client of ours would not load an expired certificate of its own; the peer may.
        let pair = try TLSPair(server: server, client: fixture.client())
        try SSLTesting.present(certificate, on: pair.client)
        let error = try #require(pair.shakeHands().server)
        #expect(error.code == .peerCertificateRefused)
        #expect(!pair.server.verification.isSuccess)
        #expect(error.reasons.last == pair.server.verification.reason)
    }

    @Test("a revocation list lets the others in")
    func notRevoked() throws {
        let revoked = try fixture.authority.client()
        var server = fixture.server(.required)
        server.revocationLists = [
            .file(try fixture.authority.revocationList(revoking: [revoked]))
        ]
        try TLSPair(server: server, client: fixture.client(fixture.clientCertificate)).connect()
    }

    @Test("a chain through an intermediate authority verifies")
    func intermediate() throws {
        let certificate = try fixture.authority.intermediate(name: "middle").client()
        try TLSPair(server: fixture.server(.required), client: fixture.client(certificate))
            .connect()
    }

    // MARK: - Servers

    @Test(
        "a server's name is verified",
        arguments: [
            ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("::1", true),
            ("tenancy.example", false), ("127.0.0.2", false), ("localhost.example", false),
            ("server", false),
        ])
    func name(_ name: String, _ isAccepted: Bool) throws {
        let pair = try TLSPair(
            server: fixture.server(), client: fixture.client(), serverName: name)
        let outcome = pair.shakeHands()
        #expect(outcome.client?.code == (isAccepted ? nil : .peerCertificateRefused))
    }

    @Test("a server of another authority is refused")
    func untrustedServer() throws {
        var client = fixture.client()
        let other = try TestCA.make(in: fixture.directory.path, name: "other")
        client.trustAnchors = .file(other.certificatePath)
        let outcome = try TLSPair(server: fixture.server(), client: client).shakeHands()
        #expect(outcome.client?.code == .peerCertificateRefused)
        #expect(outcome.server?.code == .certificateRefusedByPeer)
    }

    @Test("a server can be verified by its SPIFFE identity, without a name")
    func serverIdentity() throws {
        var client = fixture.client()
        client.serverIdentity = try SPIFFEID("spiffe://bfc.test/service/tenancy")
        try TLSPair(server: fixture.server(), client: client, serverName: nil).connect()

        client.serverIdentity = try SPIFFEID("spiffe://bfc.test/service/other")
        let outcome = try TLSPair(server: fixture.server(), client: client, serverName: nil)
            .shakeHands()
        #expect(outcome.client?.code == .peerCertificateRefused)
    }
}
