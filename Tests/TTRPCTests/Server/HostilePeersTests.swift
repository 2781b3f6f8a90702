internal import OpenSSL
internal import TestCertificates
internal import Testing

@testable internal import TTRPC

/// Peers that hold what they should not, while another one keeps being answered.
@Suite("Hostile peers", .timeLimit(.minutes(10)))
struct HostilePeersTests {
    @Test("a peer that never reads is closed after writeTimeMax; another one is answered meanwhile")
    func neverReads() async throws {
        var limits = ServerLimits()
        limits.channel.writeTimeMax = .milliseconds(100)
        try await TestServer.run(limits: limits) { server in
            try await server.withClient { witness in
                let peer = try RawPeer(server.address)
                for stream in 0..<16 {
                    try await peer.send(
                        RawPeer.request(
                            EchoMethods.large, stream: UInt32(2 * stream + 1),
                            Array("4000000".utf8)))
                }
                let closed = Task { try await server.events.contains("the peer does not read") }
                for index in 0..<200 {
                    let answer = try await witness.unary(
                        EchoMethods.unary, RawMessage("\(index)"), options: .defaults)
                    #expect(answer.text == "\(index)")
                }
                try await closed.value
            }
        }
    }

    @Test("a stream to a peer that never reads waits in its handler, not in memory")
    func endlessToNobody() async throws {
        var limits = ServerLimits()
        limits.channel.writeTimeMax = .milliseconds(100)
        limits.channel.unsentBytesMax = 4 << 20
        let fixture = EchoFixture()
        try await TestServer.run(fixture, limits: limits) { server in
            let peer = try RawPeer(server.address)
            try await peer.send(
                RawPeer.request(
                    EchoMethods.endless, stream: 1, [UInt8](repeating: 1, count: 10_000)))
            // Not "too many bytes wait": the handler was held back before that.
            try await server.events.contains("the peer does not read")
            try await fixture.cancelled.reaches(1)
        }
    }

    @Test("one connection more of a peer than its limit is closed at once")
    func connectionFlood() async throws {
        var limits = ServerLimits()
        limits.connectionsPerPeerMax = 3
        try await TestServer.run(limits: limits) { server in
            let peers = try (0..<3).map { _ in try RawPeer(server.address) }
            for peer in peers {
                try await peer.send(RawPeer.request(EchoMethods.unary, stream: 1, []))
                #expect(try await peer.receive()?.error == nil)
            }
            let fourth = try RawPeer(server.address)
            #expect(try await fourth.receive() == nil)
            try await server.events.contains("over connectionsPerPeerMax")
            peers[0].hangUp()
            try await server.events.contains("the peer closed the connection")
            let fifth = try RawPeer(server.address)
            try await fifth.send(RawPeer.request(EchoMethods.unary, stream: 1, []))
            #expect(try await fifth.receive()?.error == nil)
        }
    }

    @Test("a silent connection is closed after idleTimeMax; one with a call in flight is not")
    func idle() async throws {
        var limits = ServerLimits()
        limits.channel.idleTimeMax = .milliseconds(50)
        let fixture = EchoFixture()
        try await TestServer.run(fixture, limits: limits) { server in
            let busy = try RawPeer(server.address)
            try await busy.send(RawPeer.request(EchoMethods.wait, stream: 1, []))
            try await fixture.begun.reaches(1)
            let silent = try RawPeer(server.address)
            #expect(try await silent.receive() == nil)
            try await server.events.contains("the connection was idle")
            fixture.gate.open()
            #expect(try await busy.receive()?.error == nil)
        }
    }
}

@Suite("Hostile peers on the TLS port", .timeLimit(.minutes(10)))
struct HostileTLSPeersTests {
    private func run(
        limits: ServerLimits = ServerLimits(),
        _ body: (TestServer, TestCA) async throws -> Void
    ) async throws {
        let directory = try TestDirectory()
        let authority = try TestCA.make(in: directory.path)
        let listener = try TLSFixture.listener(authority)
        try await TestServer.run(limits: limits, listeners: [listener]) { server in
            let tls = ClientTLS(trustRootsFile: authority.certificatePath)
            try await server.withClient(listener: 1, tls: tls) { witness in
                _ = try await witness.unary(EchoMethods.unary, RawMessage(""), options: .defaults)
                try await body(server, authority)
                let answer = try await witness.unary(
                    EchoMethods.unary, RawMessage("unharmed"), options: .defaults)
                #expect(answer.text == "unharmed")
            }
        }
    }

    @Test("plain text to the TLS port closes the connection")
    func plainText() async throws {
        try await run { server, _ in
            let peer = try RawPeer(server.addresses[1])
            try await peer.send(RawPeer.request(EchoMethods.unary, stream: 1, []))
            try await peer.untilClosed()
            try await server.events.contains("TLS")
        }
    }

    @Test("garbage after the handshake closes the connection")
    func garbage() async throws {
        try await run { server, authority in
            let peer = try RawPeer(server.addresses[1])
            let context = try TLSContext(
                TLSClientConfiguration(trustAnchors: .file(authority.certificatePath)))
            try await peer.startTLS(context, serverName: "127.0.0.1")
            // Not through the session: bytes that are no TLS record at all.
            try await peer.sendPlain([UInt8](repeating: 0x2a, count: 100))
            try await peer.untilClosed()
            try await server.events.contains("TLS")
        }
    }

    @Test("garbage inside TLS is a protocol violation and closes the connection")
    func garbageInside() async throws {
        try await run { server, authority in
            let peer = try RawPeer(server.addresses[1])
            let context = try TLSContext(
                TLSClientConfiguration(trustAnchors: .file(authority.certificatePath)))
            try await peer.startTLS(context, serverName: "127.0.0.1")
            try await peer.send([0, 0, 0, 1, 0, 0, 0, 1, 99, 0, 0])
            try await peer.untilClosed()
            try await server.events.contains("protocol violation")
        }
    }

    @Test("a peer that never shakes hands is closed after handshakeTimeMax")
    func noHandshake() async throws {
        var limits = ServerLimits()
        limits.channel.handshakeTimeMax = .milliseconds(500)
        try await run(limits: limits) { server, _ in
            let peer = try RawPeer(server.addresses[1])
            #expect(try await peer.receive() == nil)
            try await server.events.contains("handshake took too long")
        }
    }
}
