internal import TestCertificates
internal import Testing

@testable internal import OpenSSL

@Suite("A TLS context is made only of what can work")
struct TLSContextTests {
    private let fixture: TLSFixture

    init() throws {
        fixture = try TLSFixture()
    }

    private func failure(_ configuration: TLSServerConfiguration) -> OpenSSLError? {
        #expect(throws: OpenSSLError.self) { try TLSContext(configuration) }
    }

    @Test("a missing file is named")
    func missingFile() throws {
        var configuration = fixture.server()
        configuration.identity.certificateChain = .file("/nonexistent/server.pem")
        let error = try #require(failure(configuration))
        #expect(error.code == .fileUnreadable)
        #expect(error.file == "/nonexistent/server.pem")
        #expect(error.description.contains("No such file"))
    }

    @Test("a folder or a path with NUL is no certificate file")
    func oddPaths() throws {
        var configuration = fixture.server()
        for path in ["/tmp", "/tmp/a\0b"] {
            configuration.identity.certificateChain = .file(path)
            #expect(failure(configuration)?.code == .fileUnreadable)
        }
    }

    @Test("a file that is not PEM is named, whatever it was to be")
    func garbage() throws {
        let path = try fixture.directory.write(Array("not a certificate".utf8), as: "garbage")
        var configuration = fixture.server(.required)
        configuration.identity.certificateChain = .file(path)
        #expect(failure(configuration)?.code == .certificateInvalid)

        configuration = fixture.server(.required)
        configuration.identity.privateKey = .file(path)
        let error = try #require(failure(configuration))
        #expect(error.code == .keyInvalid)
        #expect(error.file == path)

        configuration = fixture.server(.required)
        configuration.trustAnchors = .file(path)
        #expect(failure(configuration)?.code == .trustAnchorsInvalid)

        configuration = fixture.server(.required)
        configuration.revocationLists = [.file(path)]
        #expect(failure(configuration)?.code == .revocationListInvalid)
    }

    @Test("a chain that breaks off in the middle is refused, not shortened")
    func brokenChain() throws {
        let whole = try PEMSource.file(fixture.serverCertificate.certificatePath).load()
            .withUnsafeBytes { [UInt8]($0) }
        var configuration = fixture.server()
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        configuration.identity.certificateChain = .bytes(whole + Array(broken.utf8))
        #expect(failure(configuration)?.code == .certificateInvalid)
    }

    @Test("the key of another certificate is refused")
    func mismatch() throws {
        var configuration = fixture.server()
        configuration.identity.privateKey = .file(fixture.clientCertificate.keyPath)
        let error = try #require(failure(configuration))
        #expect(error.code == .keyMismatch)
        #expect(error.file == fixture.clientCertificate.keyPath)
    }

    @Test("an encrypted key is refused without asking for a passphrase")
    func encryptedKey() throws {
        let text = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj2iZZ/PIyAAAICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAAAAAAAAAAAAAAAAAAAAAAEQAAA
            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
            AAAAAAAAAAAAAAAAAAAAAAA=
            -----END ENCRYPTED PRIVATE KEY-----

            """
        var configuration = fixture.server()
        configuration.identity.privateKey = .bytes(Array(text.utf8))
        #expect(failure(configuration)?.code == .keyInvalid)
    }

    @Test("our own certificate must be valid now")
    func dates() throws {
        var configuration = fixture.server()
        configuration.identity = TLSIdentity(try fixture.authority.server(validity: .expired))
        let error = try #require(failure(configuration))
        #expect(error.code == .certificateExpired)
        #expect(error.file != nil)

        configuration.identity = TLSIdentity(try fixture.authority.server(validity: .notYet))
        #expect(failure(configuration)?.code == .certificateNotYetValid)
    }

    @Test("settings that contradict each other are refused")
    func contradictions() throws {
        var configuration = fixture.server(.required)
        configuration.trustAnchors = nil
        #expect(failure(configuration)?.code == .configurationInvalid)

        configuration = fixture.server()
        configuration.revocationLists = [.file(try fixture.authority.revocationList(revoking: []))]
        #expect(failure(configuration)?.code == .configurationInvalid)

        configuration = fixture.server()
        configuration.applicationProtocols = [""]
        #expect(failure(configuration)?.code == .configurationInvalid)
    }

    @Test("PEM in memory does as well as files, and the certificate can be asked for")
    func inMemory() throws {
        func bytes(_ path: String) throws -> PEMSource {
            .bytes(try PEMSource.file(path).load().withUnsafeBytes { [UInt8]($0) })
        }
        let configuration = TLSServerConfiguration(
            identity: TLSIdentity(
                certificateChain: try bytes(fixture.serverCertificate.certificatePath),
                privateKey: try bytes(fixture.serverCertificate.keyPath)))
        let context = try TLSContext(configuration)
        #expect(context.certificate?.subject == "CN=server")
    }

    @Test("a client must say which server it means", arguments: [nil, "", "a\0b"])
    func serverNames(name: String?) throws {
        let context = try TLSContext(fixture.client())
        let sockets = try SocketPair()
        let error = #expect(throws: OpenSSLError.self) {
            try TLSSession(
                context: context, descriptor: sockets.client, role: .client, serverName: name)
        }
        #expect(error?.code == .configurationInvalid)
    }
}
