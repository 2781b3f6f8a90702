internal import TestCertificates
internal import Testing

@testable internal import TTRPC

@Suite("Drain", .timeLimit(.minutes(10)))
struct DrainTests {
    @Test("a call in flight finishes while a new one gets UNAVAILABLE and RetryInfo")
    func inFlight() async throws {
        let fixture = EchoFixture()
        let server = try await TestServer.start(fixture)
        let peer = try RawPeer(server.address)
        try await peer.send(RawPeer.request(EchoMethods.wait, stream: 1, Array("kept".utf8)))
        try await fixture.begun.reaches(1)
        let drain = Task { await server.server.drain() }
        // The drain has begun when a new call is refused.
        var stream: UInt32 = 1
        var refusal: RPCError?
        while refusal == nil {
            stream += 2
            try await peer.send(RawPeer.request(EchoMethods.unary, stream: stream, []))
            let frame = try #require(await peer.receive())
            #expect(frame.header.stream == stream)
            refusal = try frame.error
        }
        #expect(refusal?.code == .unavailable)
        #expect(refusal?.retryDelay == .milliseconds(100))
        #expect(refusal?.isNotBegun == true)
        fixture.gate.open()
        let answer = try #require(await peer.receive())
        #expect(answer.header.stream == 1)
        #expect(try answer.error == nil)
        // After its last call the connection is closed.
        #expect(try await peer.receive() == nil)
        await drain.value
    }

    @Test("a call without an end of its own is ended at once, and told to come again")
    func watch() async throws {
        let fixture = EchoFixture()
        var limits = ServerLimits()
        // Longer than the suite may take: nothing here waits for it.
        limits.drainTimeMax = .seconds(3600)
        let server = try await TestServer.start(
            fixture, limits: limits,
            services: {
                $0.endOnDrain(
                    MethodName(
                        service: EchoMethods.bidi.service, method: EchoMethods.bidi.method))
            })
        try await server.withClient { client in
            let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
            try await call.requests.write(RawMessage("x"))
            var answers = call.responses.makeAsyncIterator()
            #expect(try await answers.next()?.text == "x")
            let drain = Task { await server.server.drain() }
            let error = await #expect(throws: RPCError.self) { try await answers.next() }
            #expect(error?.code == .unavailable)
            #expect(error?.retryDelay == .milliseconds(100))
            #expect(error?.isNotBegun == false)
            await drain.value
        }
    }

    @Test("what a drain cannot wait for ends with UNAVAILABLE, and not as if never begun")
    func endless() async throws {
        var limits = ServerLimits()
        limits.drainTimeMax = .milliseconds(20)
        let fixture = EchoFixture()
        let server = try await TestServer.start(fixture, limits: limits)
        let peer = try RawPeer(server.address)
        try await peer.send(RawPeer.request(EchoMethods.wait, stream: 1, []))
        try await fixture.begun.reaches(1)
        await server.server.drain()
        let frame = try #require(await peer.receive())
        let error = try #require(try frame.error)
        #expect(error.code == .unavailable)
        #expect(!error.isNotBegun)
        try await fixture.cancelled.reaches(1)
        #expect(try await peer.receive() == nil)
        #expect(server.server.connectionCount == 0)
    }

    @Test("connections without calls are closed, on every loop, and the socket's file is gone")
    func idle() async throws {
        let server = try await TestServer.start(loopCount: 2)
        let peers = try (0..<4).map { _ in try RawPeer(server.address) }
        for peer in peers {
            try await peer.send(RawPeer.request(EchoMethods.unary, stream: 1, []))
            _ = try await peer.receive()
        }
        await server.server.drain()
        for peer in peers { #expect(try await peer.receive() == nil) }
        #expect(throws: (any Error).self) { try RawPeer(server.address) }
    }

    @Test("a peer that does not read its last answer is cut off")
    func unreadAnswer() async throws {
        var limits = ServerLimits()
        limits.drainTimeMax = .milliseconds(20)
        let server = try await TestServer.start(limits: limits)
        let peer = try RawPeer(server.address)
        try await peer.send(RawPeer.request(EchoMethods.wait, stream: 1, []))
        try await server.fixture.begun.reaches(1)
        for stream in 1..<5 {
            try await peer.send(
                RawPeer.request(
                    EchoMethods.large, stream: UInt32(2 * stream + 1), Array("4000000".utf8)))
        }
        await server.server.drain()
        #expect(server.server.connectionCount == 0)
    }

    @Test("the next server may take over the path while the last one still drains")
    func handOver() async throws {
        let directory = try TestDirectory()
        let fixture = EchoFixture()
        let old = try await TestServer.start(fixture, directory: directory)
        try await old.withClient { client in
            let inFlight = Task {
                try await client.unary(EchoMethods.wait, RawMessage("old"), options: .defaults)
            }
            try await fixture.begun.reaches(1)
            let drain = Task { await old.server.drain() }
            try await refused(old)
            try await TestServer.run(directory: directory) { _ in
                // Not idempotent: the old server says that it did not begin it.
                let answer = try await client.unary(
                    EchoMethods.once, RawMessage("new"), options: .defaults)
                #expect(answer.text == "new")
                fixture.gate.open()
                let last = try await inFlight.value
                #expect(last.text == "old")
                await drain.value
                let after = try await client.unary(
                    EchoMethods.once, RawMessage("after"), options: .defaults)
                #expect(after.text == "after")
            }
        }
    }

    /// Returns once nobody listens at the server's address any more.
    private func refused(_ server: TestServer) async throws {
        while (try? RawPeer(server.address)) != nil { await Task.yield() }
    }
}
