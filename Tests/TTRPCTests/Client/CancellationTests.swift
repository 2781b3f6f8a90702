internal import Synchronization
internal import Testing

@testable internal import TTRPC

@Suite("Deadlines and cancellation", .timeLimit(.minutes(10)))
struct CancellationTests {
    @Test("a deadline ends the call here, and its handler there")
    func deadline() async throws {
        let fixture = EchoFixture()
        try await TestServer.run(fixture) { server in
            try await server.withClient { client in
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(
                        EchoMethods.wait, RawMessage(""),
                        options: CallOptions(timeout: .milliseconds(50)))
                }
                #expect(error?.code == .deadlineExceeded)
                try await fixture.cancelled.reaches(1)
                let answer = try await client.unary(
                    EchoMethods.unary, RawMessage("next"),
                    options: CallOptions(timeout: .seconds(30)))
                #expect(answer.text == "next")
            }
        }
    }

    @Test("the client's deadline holds when the server keeps none")
    func clientDeadline() async throws {
        // A listener that never answers: connecting succeeds, nothing comes.
        try await TestServer.run { server in
            let peer = try RawPeer(server.address)
            _ = peer
            try await server.withClient { client in
                let call = try await client.bidirectional(
                    EchoMethods.bidi, options: CallOptions(timeout: .milliseconds(50)))
                let error = await #expect(throws: RPCError.self) {
                    for try await _ in call.responses {}
                }
                #expect(error?.code == .deadlineExceeded)
            }
        }
    }

    @Test("the server's longest unary call ends one that set no deadline")
    func serverDeadline() async throws {
        var limits = ServerLimits()
        limits.unaryTimeMax = .milliseconds(50)
        try await TestServer.run(limits: limits) { server in
            try await server.withClient { client in
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(EchoMethods.wait, RawMessage(""), options: .defaults)
                }
                #expect(error?.code == .deadlineExceeded)
                try await server.fixture.cancelled.reaches(1)
            }
        }
    }

    @Test("a timeout of nothing or less fails without a call")
    func noTime() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                for timeout in [Duration.zero, .seconds(-1)] {
                    let error = await #expect(throws: RPCError.self) {
                        try await client.unary(
                            EchoMethods.unary, RawMessage(""),
                            options: CallOptions(timeout: timeout))
                    }
                    #expect(error?.code == .deadlineExceeded)
                }
                #expect(server.server.connectionCount == 0)
            }
        }
    }

    @Test("a deadline of 600 years does not overflow")
    func farDeadline() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let answer = try await client.unary(
                    EchoMethods.unary, RawMessage("x"),
                    options: CallOptions(timeout: .seconds(20_000_000_000)))
                #expect(answer.text == "x")
            }
        }
    }

    @Test("a client's stream that is given up is never taken for one that has ended")
    func givenUpUpload() async throws {
        let outcomes = Mutex<[String]>([])
        let ended = Counter()
        let upload = EchoMethods.Method(
            service: "ttrpc.testing.Upload", method: "Upload", kind: .clientStreaming,
            isIdempotent: false)
        try await TestServer.run(services: { router in
            router.clientStreaming(upload) { requests, _ in
                var count = 0
                do {
                    for try await _ in requests { count += 1 }
                    outcomes.withLock { $0.append("whole") }
                } catch {
                    outcomes.withLock { $0.append("cut off") }
                }
                ended.increment()
                return RawMessage("\(count)")
            }
        }) { server in
            try await server.withClient { client in
                for _ in 0..<20 {
                    let call = try await client.clientStreaming(upload, options: .defaults)
                    try await call.write(RawMessage("a part"))
                }
                try await ended.reaches(20)
                #expect(outcomes.withLock { $0 } == Array(repeating: "cut off", count: 20))
            }
        }
    }

    @Test("a unary call that its caller gives up is cancelled at its handler, long before its end")
    func cancelUnaryAtHandler() async throws {
        let fixture = EchoFixture()
        var configuration = ClientConfiguration()
        configuration.tellsOfUnaryCallsGivenUp = true
        try await TestServer.run(fixture) { server in
            try await server.withClient(configuration) { client in
                let call = Task {
                    try await client.unary(EchoMethods.wait, RawMessage(""), options: .defaults)
                }
                try await fixture.begun.reaches(1)
                call.cancel()
                try await fixture.cancelled.reaches(1)
                await #expect(throws: RPCError.self) { try await call.value }
            }
        }
    }

    @Test("a cancelled caller stops waiting; its answer is ignored and the connection goes on")
    func cancelUnary() async throws {
        let fixture = EchoFixture()
        try await TestServer.run(fixture) { server in
            try await server.withClient { client in
                let task = Task {
                    try await client.unary(EchoMethods.wait, RawMessage(""), options: .defaults)
                }
                try await fixture.begun.reaches(1)
                task.cancel()
                let error = await #expect(throws: RPCError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                fixture.gate.open()
                let answer = try await client.unary(
                    EchoMethods.unary, RawMessage("on"), options: .defaults)
                #expect(answer.text == "on")
                #expect(server.server.connectionCount == 1)
            }
        }
    }

    @Test("a caller that is cancelled already gets CANCELLED")
    func cancelledBefore() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    _ = try await client.unary(
                        EchoMethods.unary, RawMessage(""), options: .defaults)
                }
                let error = await #expect(throws: RPCError.self) { try await task.value }
                #expect(error?.code == .cancelled)
            }
        }
    }

    @Test("a task that is cancelled before it reads gives the call up, whoever else holds it")
    func cancelledBeforeReading() async throws {
        let fixture = EchoFixture()
        try await TestServer.run(fixture) { server in
            try await server.withClient { client in
                let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
                try await fixture.begun.reaches(1)
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    var answers = call.responses.makeAsyncIterator()
                    _ = try await answers.next()
                }
                let error = await #expect(throws: RPCError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                try await fixture.cancelled.reaches(1)
                withExtendedLifetime(call) {}
            }
        }
    }

    @Test("a cancelled reader ends its stream, and the handler hears of it")
    func cancelReader() async throws {
        let fixture = EchoFixture()
        try await TestServer.run(fixture) { server in
            try await server.withClient { client in
                let task = Task {
                    let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
                    try await call.requests.write(RawMessage(""))
                    for try await _ in call.responses {}
                }
                try await fixture.begun.reaches(1)
                task.cancel()
                let error = await #expect(throws: RPCError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                try await fixture.cancelled.reaches(1)
            }
        }
    }

    @Test("a server's stream that nobody holds any more ends at its handler")
    func droppedStream() async throws {
        let fixture = EchoFixture()
        try await TestServer.run(fixture) { server in
            try await server.withClient { client in
                for try await _ in try await client.serverStreaming(
                    EchoMethods.endless, RawMessage("x"), options: .defaults)
                {
                    break
                }
                try await fixture.cancelled.reaches(1)
                let answer = try await client.unary(
                    EchoMethods.unary, RawMessage("on"), options: .defaults)
                #expect(answer.text == "on")
            }
        }
    }

    @Test("handlers of every kind are cancelled when their connection goes")
    func disconnect() async throws {
        let fixture = EchoFixture()
        try await TestServer.run(fixture) { server in
            let peer = try RawPeer(server.address)
            try await peer.send(RawPeer.request(EchoMethods.wait, stream: 1, []))
            try await peer.send(
                RawPeer.request(EchoMethods.bidi, stream: 3, flags: [.remoteOpen], []))
            try await fixture.begun.reaches(2)
            peer.hangUp()
            try await fixture.cancelled.reaches(2)
        }
    }

    @Test("when the server's side of a connection dies, all its calls end with UNAVAILABLE")
    func connectionDies() async throws {
        let fixture = EchoFixture()
        var limits = ServerLimits()
        limits.drainTimeMax = .milliseconds(10)
        let server = try await TestServer.start(fixture, limits: limits)
        try await server.withClient { client in
            let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
            try await withThrowingTaskGroup { group in
                for _ in 0..<20 {
                    group.addTask {
                        do throws(RPCError) {
                            _ = try await client.unary(
                                EchoMethods.wait, RawMessage(""), options: .defaults)
                            return RPCError.Code.ok
                        } catch {
                            return error.code
                        }
                    }
                }
                try await fixture.begun.reaches(21)
                await server.server.drain()
                for try await code in group { #expect(code == .unavailable) }
            }
            let error = await #expect(throws: RPCError.self) {
                for try await _ in call.responses {}
            }
            #expect(error?.code == .unavailable)
        }
    }
}
