internal import TestCertificates
internal import Testing

@testable internal import OpenSSL

@Suite("Handshakes end as the configuration of both sides says")
struct TLSHandshakeTests {
    private let fixture: TLSFixture

    init() throws {
        fixture = try TLSFixture()
    }

    @Test("TLS 1.3 with ALPN ttrpc, and bytes both ways")
    func plain() throws {
        let pair = try fixture.pair()
        try pair.connect()
        for session in [pair.client, pair.server] {
            #expect(session.version == .v1_3)
            #expect(session.applicationProtocol == "ttrpc")
            #expect(session.cipherSuite?.hasPrefix("TLS_") == true)
            #expect(session.verification.isSuccess)
            #expect(!session.isResumed)
        }
        #expect(pair.client.peerCertificate?.subject == "CN=server")
        #expect(pair.server.peerCertificate == nil)

        #expect(try pair.client.write(Array("ping".utf8)) == .bytes(4))
        #expect(try pair.server.readOnce().1 == Array("ping".utf8))
        #expect(try pair.server.write(Array("pong".utf8)) == .bytes(4))
        #expect(try pair.client.readOnce().1 == Array("pong".utf8))
        #expect(try pair.client.readOnce().0 == .wantsRead)
    }

    @Test("TLS 1.2 is refused unless allowed")
    func oldVersion() throws {
        // A context of ours has 1.3 at its upper end, so the old client is made by hand.
        let pair = try fixture.pair()
        SSLTesting.limitVersion(of: pair.client, to: .v1_2)
        let refused = pair.shakeHands()
        #expect(refused.server?.code == .versionRefused)
        #expect(refused.client?.code == .versionRefused)

        var server = fixture.server()
        server.minimumVersion = .v1_2
        var client = fixture.client()
        client.minimumVersion = .v1_2
        let allowed = try TLSPair(server: server, client: client)
        SSLTesting.limitVersion(of: allowed.client, to: .v1_2)
        try allowed.connect()
        #expect(allowed.server.version == .v1_2)
        #expect(allowed.server.applicationProtocol == "ttrpc")
    }

    enum Garbage: String, CaseIterable {
        case http, plaintextFrame, noise, hugeRecord, malformedHello

        var bytes: [UInt8] {
            switch self {
            case .http: Array("GET / HTTP/1.1\r\n\r\n".utf8)
            case .plaintextFrame: [0, 0, 0, 9, 0, 0, 0, 1, 1, 0] + [UInt8](repeating: 0, count: 9)
            case .noise: [UInt8](repeating: 0xFF, count: 4096)
            case .hugeRecord:
                [0x16, 0x03, 0x01, 0xFF, 0xFF] + [UInt8](repeating: 0x41, count: 4096)
            case .malformedHello: [0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0xFF, 0xFF, 0xFF, 0xFF]
            }
        }
    }

    @Test("bytes that are no TLS give an error", arguments: Garbage.allCases)
    func garbage(kind: Garbage) throws {
        let sockets = try SocketPair()
        let server = try TLSSession(
            context: TLSContext(fixture.server()), descriptor: sockets.server, role: .server)
        try sockets.write(kind.bytes, to: sockets.client)
        sockets.close(sockets.client)
        let first = #expect(throws: OpenSSLError.self) { try server.handshake() }
        // A failed session goes on failing, and in the same way.
        let second = #expect(throws: OpenSSLError.self) { try server.handshake() }
        #expect(first == second)
        #expect(server.shutdown() == .done)
    }

    @Test("a plaintext call is told from a broken handshake")
    func plaintext() throws {
        let sockets = try SocketPair()
        let server = try TLSSession(
            context: TLSContext(fixture.server()), descriptor: sockets.server, role: .server)
        try sockets.write([0, 0, 0, 9, 0, 0, 0, 1, 1, 0, 0, 0], to: sockets.client)
        let error = #expect(throws: OpenSSLError.self) { try server.handshake() }
        #expect(error?.code == .notTLS)
    }

    @Test("a peer that leaves during the handshake is a lost connection")
    func abandoned() throws {
        let pair = try fixture.pair()
        #expect(try pair.client.handshake() == .wantsRead)
        pair.sockets.close(pair.sockets.client)
        // The first step answers into the void, which must not raise SIGPIPE.
        let error = #expect(throws: OpenSSLError.self) {
            while try pair.server.handshake() != .done {}
        }
        #expect(error?.code == .connectionLost)
    }

    @Test("one failing session leaves another on the same thread alone")
    func independence() throws {
        let good = try fixture.pair()
        try good.connect()
        let sockets = try SocketPair()
        let bad = try TLSSession(
            context: TLSContext(fixture.server()), descriptor: sockets.server, role: .server)
        try sockets.write([UInt8](repeating: 0x80, count: 64), to: sockets.client)
        #expect(throws: OpenSSLError.self) { try bad.handshake() }
        SSLTesting.leaveErrorBehind()
        #expect(try good.server.readOnce().0 == .wantsRead)
        #expect(try good.client.write([1]) == .bytes(1))
        #expect(try good.server.readOnce().1 == [1])
    }

    // MARK: - Application protocols

    @Test("a client that offers only other application protocols is refused")
    func otherProtocol() throws {
        var client = fixture.client()
        client.applicationProtocols = ["h2", "http/1.1"]
        let outcome = try TLSPair(server: fixture.server(), client: client).shakeHands()
        #expect(outcome.server?.code == .applicationProtocolRefused)
        #expect(outcome.client?.code == .applicationProtocolRefused)
    }

    @Test("a client that offers none is accepted unless one is required")
    func noProtocol() throws {
        var client = fixture.client()
        client.applicationProtocols = []
        let pair = try TLSPair(server: fixture.server(), client: client)
        try pair.connect()
        #expect(pair.server.applicationProtocol == nil)

        var server = fixture.server()
        server.requiresApplicationProtocol = true
        let outcome = try TLSPair(server: server, client: client).shakeHands()
        #expect(outcome.server?.code == .applicationProtocolRefused)
    }

    @Test("the server's order of application protocols decides")
    func preference() throws {
        var server = fixture.server()
        server.applicationProtocols = ["ttrpc", "h2"]
        var client = fixture.client()
        client.applicationProtocols = ["h2", "ttrpc"]
        let pair = try TLSPair(server: server, client: client)
        try pair.connect()
        #expect(pair.client.applicationProtocol == "ttrpc")
    }

    // MARK: - Tickets

    @Test("none are issued, so no session can be resumed without a look at the certificate")
    func tickets() throws {
        let pair = try TLSPair(
            server: fixture.server(.required), client: fixture.client(fixture.clientCertificate))
        try pair.connect()
        #expect(try pair.client.readOnce().0 == .wantsRead)
        #expect(!SSLTesting.hasTicket(pair.client))
    }
}
