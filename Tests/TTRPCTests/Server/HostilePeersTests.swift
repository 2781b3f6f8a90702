internal import OpenSSL
internal import Reactor
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

    @Test("answers that nobody takes are bounded for all connections together")
    func unsentTotal() async throws {
        var limits = ServerLimits()
        limits.unsentBytesTotalMax = 6 << 20
        try await TestServer.run(limits: limits) { server in
            let first = try RawPeer(server.address)
            let second = try RawPeer(server.address)
            let request = RawPeer.request(EchoMethods.large, stream: 1, Array("4000000".utf8))
            // The answer has been written when the one after it is there to be asked for.
            try await first.send(request)
            try await first.waitUntilReadable()
            try await second.send(request)
            try await server.events.contains("too many unsent bytes on all connections together")
            #expect(try await first.receive()?.data.count ?? 0 > 4_000_000)
            // What was taken, and what was given up with its connection, counts no more.
            for _ in 0..<3 {
                let next = try RawPeer(server.address)
                try await next.send(request)
                #expect(try await next.receive()?.data.count ?? 0 > 4_000_000)
            }
        }
    }

    @Test("calls that are opened and given up at once do not pile up behind their handlers")
    func rapidGivingUp() async throws {
        let gate = Gate()
        let begun = Counter()
        let ended = Counter()
        let stubborn = EchoMethods.Method(
            service: "ttrpc.testing.Stubborn", method: "Work", kind: .unary, isIdempotent: false)
        var limits = ServerLimits()
        limits.callsAtWorkPerConnectionMax = 4
        try await TestServer.run(
            limits: limits,
            services: { router in
                router.unary(stubborn) { request, _ in
                    begun.increment()
                    // Not cancelled with its caller: a handler that never looks.
                    try await Task.detached { try await gate.wait() }.value
                    ended.increment()
                    return request
                }
            }
        ) { server in
            let peer = try RawPeer(server.address)
            for index in 0..<4 {
                let stream = UInt32(2 * index + 1)
                try await peer.send(
                    RawPeer.request(stubborn, stream: stream, [])
                        + RawPeer.frame(.data, stream: stream, flags: .givesUp))
                #expect(try await peer.receive()?.error?.code == .cancelled)
            }
            try await peer.send(RawPeer.request(stubborn, stream: 9, []))
            #expect(try await peer.receive()?.error?.code == .resourceExhausted)
            // What needs no handler is answered meanwhile.
            try await peer.send(RawPeer.request(EchoMethods.fast, stream: 11, []))
            #expect(try await peer.receive()?.error == nil)
            gate.open()
            try await ended.reaches(4)
            try await peer.send(RawPeer.request(stubborn, stream: 13, []))
            #expect(try await peer.receive()?.error == nil)
            #expect(begun.value == 5)
        }
    }

    @Test("a flood of calls that fills the server leaves every other connection its first few")
    func callFlood() async throws {
        var limits = ServerLimits()
        limits.callsAtWorkMax = 8
        limits.callsAtWorkGuaranteed = 2
        let fixture = EchoFixture()
        try await TestServer.run(fixture, limits: limits) { server in
            func begin(_ count: Int, on peer: RawPeer) async throws {
                for index in 0..<count {
                    try await peer.send(
                        RawPeer.request(EchoMethods.wait, stream: UInt32(2 * index + 1), []))
                }
            }
            let flood = try RawPeer(server.address)
            try await begin(9, on: flood)
            let refused = try await flood.receive()
            #expect(refused?.header.stream == 17)
            let error = try #require(try refused?.error)
            #expect(error.code == .unavailable && error.isNotBegun)
            #expect(error.retryDelay == .milliseconds(100))
            let quiet = try RawPeer(server.address)
            try await begin(3, on: quiet)
            let third = try await quiet.receive()
            #expect(third?.header.stream == 5)
            #expect(try third?.error?.code == .unavailable)
            fixture.gate.open()
            for _ in 0..<2 { #expect(try await quiet.receive()?.error == nil) }
            for _ in 0..<8 { #expect(try await flood.receive()?.error == nil) }
            // What has ended makes room again, for the flood too.
            try await flood.send(RawPeer.request(EchoMethods.wait, stream: 19, []))
            #expect(try await flood.receive()?.error == nil)
        }
    }

    @Test("a stream whose first message finds no room is refused, not begun without it")
    func firstMessageWithoutRoom() async throws {
        var limits = ServerLimits()
        limits.unreadBytesMax = 10_000
        let fixture = EchoFixture()
        try await TestServer.run(fixture, limits: limits) { server in
            let peer = try RawPeer(server.address)
            let message = [UInt8](repeating: 7, count: 9_000)
            try await peer.send(
                RawPeer.request(EchoMethods.deaf, stream: 1, flags: .remoteClosed, message)
                    + RawPeer.request(EchoMethods.deaf, stream: 3, flags: .remoteClosed, message))
            let refused = try await peer.receive()
            #expect(refused?.header.stream == 3)
            #expect(try refused?.error?.code == .resourceExhausted)
            fixture.gate.open()
            let answered = try await peer.receive()
            #expect(answered?.header.stream == 1)
            #expect(try answered?.error == nil)
        }
    }

    @Test("an interceptor is asked once about each connection")
    func askedOnce() async throws {
        let asked = Counter()
        try await TestServer.run(interceptors: [Doorkeeper(asked: asked)]) { server in
            let peer = try RawPeer(server.address)
            #expect(try await peer.receive() == nil)
            try await server.events.contains("over doorMax")
            #expect(asked.value == 1)
        }
    }

    private struct Doorkeeper: ServerInterceptor {
        let asked: Counter

        func connectionAccepted(_ peer: Peer) -> String? {
            asked.increment()
            return "doorMax"
        }
    }

    @Test("a server that cannot listen leaves no loop behind")
    func cannotListen() async throws {
        weak var loop: EventLoop?
        do {
            let group = try EventLoopGroup(count: 1)
            loop = group.loops[0]
            let server = TTRPCServer(
                router: Router(),
                configuration: ServerConfiguration(
                    listeners: [.init(.unix(path: "/nowhere/at/all"))]),
                group: group, ownsGroup: true)
            await #expect(throws: RuntimeError.self) { try await server.run() }
        }
        while loop != nil { await Task.yield() }
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

    @Test("a record that is cut off ends the connection after frameTimeMax", arguments: [0, 100])
    func unfinishedRecord(bodyBytes: Int) async throws {
        var limits = ServerLimits()
        limits.channel.frameTimeMax = .milliseconds(200)
        try await run(limits: limits) { server, authority in
            let peer = try RawPeer(server.addresses[1])
            let context = try TLSContext(
                TLSClientConfiguration(trustAnchors: .file(authority.certificatePath)))
            try await peer.startTLS(context, serverName: "127.0.0.1")
            try await peer.send(RawPeer.request(EchoMethods.unary, stream: 1, []))
            #expect(try await peer.receive()?.error == nil)
            // The header of a record of 4,096 bytes, and not that many of them.
            let header: [UInt8] = [23, 3, 3, 0x10, 0]
            try await peer.sendPlain(header + [UInt8](repeating: 1, count: bodyBytes))
            try await peer.untilClosed()
            try await server.events.contains("a frame took too long to arrive")
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
