internal import TestSupport
internal import Testing

@testable internal import TTRPC

/// What comes that no good client sends, and what the protocol page says about it. Another client's
/// call is made after each, and answered.
@Suite("Hostile frames", .timeLimit(.minutes(10)))
struct HostileFramesTests {
    private func run(
        limits: ServerLimits = ServerLimits(), fixture: EchoFixture = EchoFixture(),
        _ body: (TestServer, RawPeer) async throws -> Void
    ) async throws {
        try await TestServer.run(fixture, limits: limits) { server in
            try await server.withClient { witness in
                _ = try await witness.unary(EchoMethods.unary, RawMessage(""), options: .defaults)
                try await body(server, try RawPeer(server.address))
                let answer = try await witness.unary(
                    EchoMethods.unary, RawMessage("unharmed"), options: .defaults)
                #expect(answer.text == "unharmed")
            }
        }
    }

    /// The peer's connection still answers.
    private func expectAlive(_ peer: RawPeer, stream: UInt32) async throws {
        try await peer.send(RawPeer.request(EchoMethods.unary, stream: stream, [1, 2]))
        let frame = try #require(await peer.receive())
        #expect(frame.header.stream == stream)
        #expect(try frame.error == nil)
    }

    private func expectError(
        _ peer: RawPeer, stream: UInt32, _ code: RPCError.Code
    ) async throws {
        let frame = try #require(await peer.receive())
        #expect(frame.header.stream == stream)
        #expect(frame.header.type == .response)
        #expect(try frame.error?.code == code)
    }

    @Test("a frame cut off by the end of the connection is forgotten", arguments: [1, 9, 10, 20])
    func truncated(count: Int) async throws {
        try await run { server, peer in
            let request = RawPeer.request(EchoMethods.unary, stream: 1, [1, 2, 3])
            try await peer.send(Array(request[..<count]))
            peer.hangUp()
            try await server.events.contains("the peer closed the connection")
        }
    }

    @Test("a frame that stops half way closes the connection after frameTimeMax")
    func stops() async throws {
        var limits = ServerLimits()
        limits.channel.frameTimeMax = .milliseconds(50)
        try await run(limits: limits) { server, peer in
            let request = RawPeer.request(EchoMethods.unary, stream: 1, [1, 2, 3])
            try await peer.send(Array(request.dropLast()))
            #expect(try await peer.receive() == nil)
            try await server.events.contains("a frame took too long to arrive")
        }
    }

    @Test("a sender of single bytes is closed after frameTimeMax, however busy it is")
    func byteByByte() async throws {
        var limits = ServerLimits()
        limits.channel.frameTimeMax = .milliseconds(100)
        try await run(limits: limits) { server, peer in
            var isOpen = try await peer.send(
                RawPeer.frame(.request, stream: 1, length: UInt32(4 << 20)))
            while isOpen { isOpen = try await peer.send([0]) }
            try await server.events.contains("a frame took too long to arrive")
        }
    }

    @Test("an oversized request is RESOURCE_EXHAUSTED at once; its data is skipped")
    func oversizedRequest() async throws {
        try await run { _, peer in
            let length = (4 << 20) + 1
            try await peer.send(RawPeer.frame(.request, stream: 1, length: UInt32(length)))
            try await expectError(peer, stream: 1, .resourceExhausted)
            try await peer.send([UInt8](repeating: 0, count: length))
            try await expectAlive(peer, stream: 3)
        }
    }

    @Test("oversized data ends its stream with RESOURCE_EXHAUSTED; the connection stays")
    func oversizedData() async throws {
        try await run { _, peer in
            let length = (4 << 20) + 1
            try await peer.send(
                RawPeer.request(EchoMethods.bidi, stream: 1, flags: [.remoteOpen], []))
            try await peer.send(
                RawPeer.frame(.data, stream: 1, [UInt8](repeating: 0, count: length)))
            try await expectError(peer, stream: 1, .resourceExhausted)
            try await expectAlive(peer, stream: 3)
        }
    }

    @Test(
        "oversized frames beyond discardedBytesMax close the connection",
        arguments: [UInt32(11 << 20), .max])
    func discardBudget(length: UInt32) async throws {
        var limits = ServerLimits()
        limits.channel.discardedBytesMax = 10 << 20
        try await run(limits: limits) { server, peer in
            try await peer.send(RawPeer.frame(.request, stream: 1, length: length))
            #expect(try await peer.receive() == nil)
            try await server.events.contains("too many bytes of oversized frames")
        }
    }

    @Test("oversized data of no stream closes the connection")
    func oversizedUnknown() async throws {
        try await run { _, peer in
            try await peer.send(RawPeer.frame(.data, stream: 7, length: UInt32(5 << 20)))
            #expect(try await peer.receive() == nil)
        }
    }

    @Test("an unknown type on an open stream is INVALID_ARGUMENT; the connection stays")
    func unknownType() async throws {
        try await run { _, peer in
            try await peer.send(
                RawPeer.request(EchoMethods.bidi, stream: 1, flags: [.remoteOpen], []))
            try await peer.send(RawPeer.frame(.init(rawValue: 9), stream: 1, [1]))
            try await expectError(peer, stream: 1, .invalidArgument)
            try await expectAlive(peer, stream: 3)
        }
    }

    @Test(
        "an unknown type or a response of no stream closes the connection", arguments: [0, 2, 255])
    func unknownTypeOfNoStream(type: UInt8) async throws {
        try await run { server, peer in
            try await peer.send(RawPeer.frame(.init(rawValue: type), stream: 1, [1]))
            #expect(try await peer.receive() == nil)
            try await server.events.contains("protocol violation: frame type \(type)")
        }
    }

    @Test("an even id is INVALID_ARGUMENT on that id; the connection stays", arguments: [0, 2])
    func evenID(id: UInt32) async throws {
        try await run { _, peer in
            try await peer.send(RawPeer.request(EchoMethods.unary, stream: id, []))
            try await expectError(peer, stream: id, .invalidArgument)
            try await expectAlive(peer, stream: 3)
        }
    }

    @Test("a reused id is INVALID_ARGUMENT; the call in flight under it is answered")
    func reusedID() async throws {
        let fixture = EchoFixture()
        try await run(fixture: fixture) { _, peer in
            try await peer.send(RawPeer.request(EchoMethods.wait, stream: 1, [5]))
            try await fixture.begun.reaches(1)
            try await peer.send(RawPeer.request(EchoMethods.unary, stream: 1, []))
            try await expectError(peer, stream: 1, .invalidArgument)
            fixture.gate.open()
            let answer = try #require(await peer.receive())
            #expect(answer.header.stream == 1)
            #expect(try answer.error == nil)
        }
    }

    @Test("an id below the last one is INVALID_ARGUMENT")
    func decreasingID() async throws {
        try await run { _, peer in
            try await expectAlive(peer, stream: 9)
            try await peer.send(RawPeer.request(EchoMethods.unary, stream: 7, []))
            try await expectError(peer, stream: 7, .invalidArgument)
            try await expectAlive(peer, stream: 11)
        }
    }

    @Test("a bad envelope is INVALID_ARGUMENT; the connection stays")
    func badEnvelope() async throws {
        try await run { _, peer in
            let envelopes: [[UInt8]] = [
                [0x0a, 5, 1], [0xff], [0x08, 1], [0x2a, 3, 0x0a, 1, 0],
                [0x0a] + [UInt8](repeating: 0xff, count: 9) + [1],
            ]
            for (index, envelope) in envelopes.enumerated() {
                let stream = UInt32(2 * index + 1)
                try await peer.send(RawPeer.frame(.request, stream: stream, envelope))
                try await expectError(peer, stream: stream, .invalidArgument)
            }
            try await expectAlive(peer, stream: 99)
        }
    }

    @Test("an unknown service or method, and an empty envelope, are UNIMPLEMENTED")
    func unknownMethod() async throws {
        try await run { _, peer in
            try await peer.send(RawPeer.request(EchoMethods.unknown, stream: 1, []))
            try await expectError(peer, stream: 1, .unimplemented)
            let elsewhere = EchoMethods.Method(
                service: "x", method: "y", kind: .unary, isIdempotent: false)
            try await peer.send(RawPeer.request(elsewhere, stream: 3, []))
            try await expectError(peer, stream: 3, .unimplemented)
            try await peer.send(RawPeer.frame(.request, stream: 5))
            try await expectError(peer, stream: 5, .unimplemented)
            try await expectAlive(peer, stream: 7)
        }
    }

    @Test("a timeout that has passed already is DEADLINE_EXCEEDED")
    func negativeTimeout() async throws {
        try await run { _, peer in
            var envelope = RequestEnvelope.head(
                service: EchoMethods.service, method: "Unary", timeout: nil, metadata: Metadata())
            var field = ProtobufWriter()
            field.varint(field: 4, UInt64(bitPattern: -1))
            envelope += field.bytes
            try await peer.send(RawPeer.frame(.request, stream: 1, envelope))
            try await expectError(peer, stream: 1, .deadlineExceeded)
            try await expectAlive(peer, stream: 3)
        }
    }

    @Test("data of a stream that ended or never was is ignored")
    func strayData() async throws {
        try await run { _, peer in
            try await expectAlive(peer, stream: 1)
            for stream: UInt32 in [0, 1, 2, 77] {
                try await peer.send(RawPeer.frame(.data, stream: stream, [1]))
            }
            try await expectAlive(peer, stream: 3)
        }
    }

    @Test("data after the client closed its side is INVALID_ARGUMENT; a second close is CANCELLED")
    func dataAfterClose() async throws {
        let fixture = EchoFixture()
        try await run(fixture: fixture) { _, peer in
            let flags: FrameFlags = [.remoteOpen]
            try await peer.send(RawPeer.request(EchoMethods.deaf, stream: 1, flags: flags, []))
            try await peer.send(
                RawPeer.frame(.data, stream: 1, flags: [.remoteClosed, .noData]))
            try await peer.send(RawPeer.frame(.data, stream: 1, [1]))
            try await expectError(peer, stream: 1, .invalidArgument)
            try await peer.send(RawPeer.request(EchoMethods.deaf, stream: 3, flags: flags, []))
            for _ in 0..<2 {
                try await peer.send(
                    RawPeer.frame(.data, stream: 3, flags: [.remoteClosed, .noData]))
            }
            try await expectError(peer, stream: 3, .cancelled)
            try await expectAlive(peer, stream: 5)
        }
    }

    @Test("one call more than callsPerConnectionMax is RESOURCE_EXHAUSTED")
    func callLimit() async throws {
        var limits = ServerLimits()
        limits.callsPerConnectionMax = 2
        try await run(limits: limits) { server, peer in
            for stream: UInt32 in [1, 3, 5] {
                try await peer.send(RawPeer.request(EchoMethods.wait, stream: stream, []))
            }
            try await expectError(peer, stream: 5, .resourceExhausted)
            server.fixture.gate.open()
            for _ in 0..<2 { #expect(try await peer.receive()?.error == nil) }
        }
    }

    @Test("random bytes never end the server", arguments: [UInt64(1), 2, 3, 4])
    func randomBytes(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        try await run { server, _ in
            for _ in 0..<20 {
                let peer = try RawPeer(server.address)
                var bytes: [UInt8] = []
                for _ in 0..<50 {
                    // Plausible headers with a length that fits, and noise behind them.
                    let data = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    }
                    bytes += RawPeer.frame(
                        .init(rawValue: UInt8.random(in: 0...4, using: &random)),
                        stream: UInt32.random(in: 0...60, using: &random),
                        flags: .init(rawValue: UInt8.random(in: 0...8, using: &random)), data)
                }
                try await peer.send(bytes)
                peer.hangUp()
            }
        }
    }
}
