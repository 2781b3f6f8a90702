internal import Synchronization
internal import Testing

@testable internal import TTRPC

@Suite("Deadlines from the caller's task", .timeLimit(.minutes(10)))
struct CallDeadlineTests {
    @Test("the task's deadline ends a call that has none of its own, or a later one")
    func inherited() async throws {
        let fixture = EchoFixture()
        try await TestServer.run(fixture) { server in
            try await server.withClient { client in
                for own in [nil, Duration.seconds(50)] {
                    let error = await #expect(throws: RPCError.self) {
                        try await CallDeadline.withTimeout(.milliseconds(50)) {
                            try await client.unary(
                                EchoMethods.wait, RawMessage(""), options: .init(timeout: own))
                        }
                    }
                    #expect(error?.code == .deadlineExceeded)
                }
                try await fixture.cancelled.reaches(2)
            }
        }
    }

    @Test("it covers all calls together, streams too, and a nested one can only shorten it")
    func together() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let error = await #expect(throws: RPCError.self) {
                    try await CallDeadline.withTimeout(.milliseconds(100)) {
                        try await CallDeadline.withTimeout(.seconds(50)) {
                            while true {
                                _ = try await client.unary(
                                    EchoMethods.unary, RawMessage(""), options: .defaults)
                            }
                        }
                    }
                }
                #expect(error?.code == .deadlineExceeded)
                let streamError = await #expect(throws: RPCError.self) {
                    try await CallDeadline.withTimeout(.milliseconds(50)) {
                        let answers = try await client.serverStreaming(
                            EchoMethods.endless, RawMessage("x"), options: .defaults)
                        for try await _ in answers {}
                    }
                }
                #expect(streamError?.code == .deadlineExceeded)
                #expect(CallDeadline.timeRemaining == nil)
            }
        }
    }

    @Test("what a handler asks of another server has the deadline of the handler's own call")
    func throughServers() async throws {
        let remaining = Mutex<[Duration?]>([])
        let relay = EchoMethods.Method(
            service: "ttrpc.testing.Relay", method: "Relay", kind: .unary, isIdempotent: false)
        try await TestServer.run { inner in
            try await inner.withClient { innerClient in
                try await TestServer.run(services: { router in
                    router.unary(relay) { request, _ in
                        remaining.withLock { $0.append(CallDeadline.timeRemaining) }
                        return try await innerClient.unary(
                            EchoMethods.wait, request, options: .defaults)
                    }
                }) { outer in
                    try await outer.withClient { client in
                        let error = await #expect(throws: RPCError.self) {
                            try await client.unary(
                                relay, RawMessage(""), options: .init(timeout: .milliseconds(200)))
                        }
                        #expect(error?.code == .deadlineExceeded)
                    }
                }
                // The inner call has ended at its handler, although the relay asked for no time.
                try await inner.fixture.cancelled.reaches(1)
            }
        }
        let seen = remaining.withLock { $0 }
        #expect(seen.count == 1)
        #expect(seen.allSatisfy { $0.map { $0 <= .milliseconds(200) } ?? false })
    }

    @Test("streamTimeMax ends a stream whose caller set no deadline")
    func streamTimeMax() async throws {
        var limits = ServerLimits()
        limits.streamTimeMax = .milliseconds(50)
        let fixture = EchoFixture()
        try await TestServer.run(fixture, limits: limits) { server in
            try await server.withClient { client in
                let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
                let error = await #expect(throws: RPCError.self) {
                    for try await _ in call.responses {}
                }
                #expect(error?.code == .deadlineExceeded)
                try await fixture.cancelled.reaches(1)
            }
        }
    }
}
