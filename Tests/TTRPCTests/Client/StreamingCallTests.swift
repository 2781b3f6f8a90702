internal import Testing

@testable internal import TTRPC

@Suite("Streaming calls over a Unix socket", .timeLimit(.minutes(10)))
struct StreamingCallTests {
    @Test("a server's stream comes in order and ends", arguments: [0, 1, 10_000])
    func serverStream(count: Int) async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let stream = try await client.serverStreaming(
                    EchoMethods.serverStream, RawMessage("\(count)"), options: .defaults)
                var next = 0
                for try await message in stream {
                    #expect(message.text == "\(next)")
                    next += 1
                }
                #expect(next == count)
            }
        }
    }

    @Test("a client's stream is answered once, empty messages included")
    func clientStream() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let call = try await client.clientStreaming(
                    EchoMethods.clientStream, options: .defaults)
                for count in [3, 0, 1, 0] {
                    try await call.write(RawMessage(bytes: [UInt8](repeating: 1, count: count)))
                }
                let answer = try await call.finish()
                #expect(answer.text == "3,0,1,0")
            }
        }
    }

    @Test("a client's stream without a message is answered too")
    func emptyClientStream() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let call = try await client.clientStreaming(
                    EchoMethods.clientStream, options: .defaults)
                let answer = try await call.finish()
                #expect(answer.bytes.isEmpty)
            }
        }
    }

    @Test("a client's stream of 16,000 small messages reaches its handler whole")
    func manySmallMessages() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let call = try await client.clientStreaming(
                    EchoMethods.clientStream, options: .defaults)
                for _ in 0..<16_000 { try await call.write(RawMessage("x")) }
                let answer = try await call.finish()
                #expect(answer.bytes.count == 2 * 16_000 - 1)
            }
        }
    }

    @Test("a client's stream of 100 MiB is bounded by what the server takes")
    func largeClientStream() async throws {
        let message = RawMessage(bytes: [UInt8](repeating: 1, count: 1 << 20))
        try await TestServer.run { server in
            try await server.withClient { client in
                let call = try await client.clientStreaming(
                    EchoMethods.clientStream, options: .defaults)
                for _ in 0..<100 { try await call.write(message) }
                let answer = try await call.finish()
                #expect(answer.text.split(separator: ",").count == 100)
            }
        }
    }

    @Test("10,000 messages go to and fro")
    func pingPong() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
                var answers = call.responses.makeAsyncIterator()
                for index in 0..<10_000 {
                    try await call.requests.write(RawMessage("\(index)"))
                    let answer = try await answers.next()
                    #expect(answer?.text == "\(index)")
                }
                call.requests.finish()
                let end = try await answers.next()
                #expect(end == nil)
            }
        }
    }

    @Test("both sides of a stream go on independently of each other")
    func bothSides() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
                async let written: Void = {
                    for index in 0..<5000 { try await call.requests.write(RawMessage("\(index)")) }
                    call.requests.finish()
                }()
                var next = 0
                for try await message in call.responses {
                    #expect(message.text == "\(next)")
                    next += 1
                }
                try await written
                #expect(next == 5000)
            }
        }
    }

    @Test("writing after finish is FAILED_PRECONDITION, and the answers still come")
    func writeAfterFinish() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
                try await call.requests.write(RawMessage("a"))
                // The answer has to be read before the end, or the end may come first.
                var answers = call.responses.makeAsyncIterator()
                #expect(try await answers.next()?.text == "a")
                call.requests.finish()
                let error = await #expect(throws: RPCError.self) {
                    try await call.requests.write(RawMessage("b"))
                }
                #expect([.failedPrecondition, .cancelled].contains(error?.code))
                #expect(try await answers.next() == nil)
            }
        }
    }

    @Test("a reader that does not read loses its stream; another call does not notice")
    func slowReader() async throws {
        var configuration = ClientConfiguration()
        configuration.limits.unreadBytesMax = 1 << 20
        let fixture = EchoFixture()
        try await TestServer.run(fixture) { server in
            try await server.withClient(configuration) { client in
                let stream = try await client.serverStreaming(
                    EchoMethods.endless, RawMessage(bytes: [UInt8](repeating: 1, count: 50_000)),
                    options: .defaults)
                // The handler is told to stop, although ttrpc has no frame that cancels.
                try await fixture.cancelled.reaches(1)
                for index in 0..<10 {
                    let answer = try await client.unary(
                        EchoMethods.unary, RawMessage("\(index)"), options: .defaults)
                    #expect(answer.text == "\(index)")
                }
                var count = 0
                let error = await #expect(throws: RPCError.self) {
                    for try await _ in stream { count += 1 }
                }
                #expect(error?.code == .resourceExhausted)
                #expect(count * 50_000 <= 1 << 20)
                #expect(server.server.connectionCount == 1)
            }
        }
    }

    @Test("a handler that does not read loses its stream; another call does not notice")
    func slowHandler() async throws {
        var limits = ServerLimits()
        limits.unreadBytesMax = 1 << 20
        try await TestServer.run(limits: limits) { server in
            try await server.withClient { client in
                let call = try await client.clientStreaming(EchoMethods.deaf, options: .defaults)
                let message = RawMessage(bytes: [UInt8](repeating: 1, count: 50_000))
                let error = await #expect(throws: RPCError.self) {
                    while true { try await call.write(message) }
                }
                #expect(error?.code == .resourceExhausted)
                let answer = try await client.unary(
                    EchoMethods.unary, RawMessage("still"), options: .defaults)
                #expect(answer.text == "still")
                #expect(server.server.connectionCount == 1)
            }
        }
    }

    @Test("a handler's error ends its stream, also for a client that still writes")
    func streamError() async throws {
        let unknown = EchoMethods.Method(
            service: EchoMethods.service, method: "Nothing", kind: .bidirectionalStreaming,
            isIdempotent: false)
        try await TestServer.run { server in
            try await server.withClient { client in
                let call = try await client.bidirectional(unknown, options: .defaults)
                let error = await #expect(throws: RPCError.self) {
                    for try await _ in call.responses {}
                }
                #expect(error?.code == .unimplemented)
                let write = await #expect(throws: RPCError.self) {
                    try await call.requests.write(RawMessage(""))
                }
                #expect(write?.code == .unimplemented)
            }
        }
    }
}
