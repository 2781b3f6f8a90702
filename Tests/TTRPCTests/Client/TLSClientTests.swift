internal import TestCertificates
internal import Testing

@testable internal import TTRPC

@Suite("Calls through TLS", .timeLimit(.minutes(10)))
struct TLSClientTests {
    private func run(
        clients: ServerTLS.ClientCertificatePolicy = .optional,
        _ body: (TestServer, TestCA) async throws -> Void
    ) async throws {
        let directory = try TestDirectory()
        let authority = try TestCA.make(in: directory.path)
        let listener = try TLSFixture.listener(authority, clients: clients)
        try await TestServer.run(listeners: [listener]) { server in
            try await body(server, authority)
        }
    }

    private func error(_ server: TestServer, _ tls: ClientTLS?) async throws -> RPCError? {
        try await server.withClient(listener: 1, tls: tls) { client in
            await #expect(throws: RPCError.self) {
                try await client.unary(EchoMethods.unary, RawMessage(""), options: .defaults)
            }
        }
    }

    @Test("calls of every kind go through TLS, large ones too")
    func everyKind() async throws {
        try await run { server, authority in
            let tls = ClientTLS(trustRootsFile: authority.certificatePath)
            try await server.withClient(listener: 1, tls: tls) { client in
                let large = RawMessage(bytes: [UInt8](repeating: 42, count: 3_900 << 10))
                try await withThrowingTaskGroup { group in
                    for _ in 0..<8 {
                        group.addTask {
                            try await client.unary(
                                EchoMethods.unary, large, options: .defaults) == large
                        }
                    }
                    for try await isSame in group { #expect(isSame) }
                }
                let stream = try await client.serverStreaming(
                    EchoMethods.serverStream, RawMessage("5000"), options: .defaults)
                var count = 0
                for try await _ in stream { count += 1 }
                #expect(count == 5000)
                let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
                var answers = call.responses.makeAsyncIterator()
                for index in 0..<500 {
                    try await call.requests.write(RawMessage("\(index)"))
                    #expect(try await answers.next()?.text == "\(index)")
                }
                let upload = try await client.clientStreaming(
                    EchoMethods.clientStream, options: .defaults)
                for _ in 0..<5000 { try await upload.write(RawMessage("x")) }
                #expect(try await upload.finish().bytes.count == 2 * 5000 - 1)
            }
        }
    }

    @Test("the handler sees the client's certificate")
    func mutualTLS() async throws {
        try await run(clients: .required) { server, authority in
            let certificate = try authority.client(uri: ["spiffe://bfc.test/service/billing"])
            let tls = ClientTLS(
                trustRootsFile: authority.certificatePath,
                certificateChainFile: certificate.certificatePath,
                privateKeyFile: certificate.keyPath)
            try await server.withClient(listener: 1, tls: tls) { client in
                let answer = try await client.unary(
                    EchoMethods.peer, RawMessage(""), options: .defaults)
                #expect(answer.text.hasPrefix("127.0.0.1:"))
                #expect(answer.text.hasSuffix(" spiffe://bfc.test/service/billing"))
            }
        }
    }

    @Test("without a certificate that is required there is no connection")
    func missingCertificate() async throws {
        try await run(clients: .required) { server, authority in
            let tls = ClientTLS(trustRootsFile: authority.certificatePath)
            let error = try await error(server, tls)
            #expect(error?.code == .unavailable)
        }
    }

    @Test("a server of another authority, or of another name, is not spoken to")
    func wrongServer() async throws {
        try await run { server, authority in
            let directory = try TestDirectory()
            let other = try TestCA.make(in: directory.path, name: "other")
            let stranger = try await error(
                server, ClientTLS(trustRootsFile: other.certificatePath))
            #expect(stranger?.code == .unavailable)
            #expect(stranger?.message.contains("TLS") == true)
            let misnamed = try await error(
                server,
                ClientTLS(
                    trustRootsFile: authority.certificatePath, serverName: "tenancy.example"))
            #expect(misnamed?.code == .unavailable)
        }
    }

    @Test("a file that cannot be read fails the call and is named")
    func missingFile() async throws {
        try await run { server, _ in
            let error = try await error(server, ClientTLS(trustRootsFile: "/nowhere/ca.pem"))
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("/nowhere/ca.pem") == true)
        }
    }

    @Test("a client in plain text gets UNAVAILABLE from the TLS port")
    func plainClient() async throws {
        try await run { server, _ in
            let error = try await error(server, nil)
            #expect(error?.code == .unavailable)
        }
    }
}
