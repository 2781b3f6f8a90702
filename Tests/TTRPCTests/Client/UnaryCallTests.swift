internal import Glibc
internal import Reactor
internal import Testing

@testable internal import TTRPC

@Suite("Unary calls over a Unix socket", .timeLimit(.minutes(10)))
struct UnaryCallTests {
    @Test("a request is answered")
    func echo() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let answer = try await client.unary(
                    EchoMethods.unary, RawMessage("hello"), options: .defaults)
                #expect(answer.text == "hello")
            }
        }
    }

    @Test("an empty payload is an empty message, both ways")
    func emptyMessage() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let answer = try await client.unary(
                    EchoMethods.unary, RawMessage(bytes: []), options: .defaults)
                #expect(answer.bytes.isEmpty)
            }
        }
    }

    @Test("metadata reaches the handler, in order, with what an interceptor adds")
    func metadata() async throws {
        struct Adder: ClientInterceptor {
            func prepare(
                _ options: inout CallOptions, service: String, method: String
            ) throws(RPCError) {
                if options.metadata["refuse"] != nil { throw RPCError(.unauthenticated, "no") }
                options.metadata.append("\(service)/\(method)", for: "path")
            }
        }
        try await TestServer.run { server in
            var configuration = ClientConfiguration()
            configuration.interceptors = [Adder()]
            try await server.withClient(configuration) { client in
                let answer = try await client.unary(
                    EchoMethods.metadata, RawMessage(""),
                    options: CallOptions(metadata: Metadata([("a", "1"), ("b", "ü"), ("a", "2")])))
                #expect(answer.text == "a=1\nb=ü\na=2\npath=ttrpc.testing.Raw/Metadata")
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(
                        EchoMethods.metadata, RawMessage(""),
                        options: CallOptions(metadata: Metadata([("refuse", "")])))
                }
                #expect(error?.code == .unauthenticated)
            }
        }
    }

    @Test("the handler sees the uid and that the peer is a Unix socket")
    func peerCredentials() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let answer = try await client.unary(
                    EchoMethods.peer, RawMessage(""), options: .defaults)
                #expect(answer.text == "unix uid \(getuid())")
            }
        }
    }

    @Test("an error keeps its code, its message and its details")
    func errorDetails() async throws {
        let error = RPCError(
            .failedPrecondition, "tenant “ü” is suspended",
            details: [
                AnyMessage(
                    typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: [10, 1, 88]),
                .retryInfo(after: .seconds(2)),
            ])
        try await TestServer.run(EchoFixture(error: error)) { server in
            try await server.withClient { client in
                let caught = await #expect(throws: RPCError.self) {
                    try await client.unary(EchoMethods.fail, RawMessage(""), options: .defaults)
                }
                #expect(caught == error)
                #expect(caught?.retryDelay == .seconds(2))
            }
        }
    }

    @Test("an unknown method, and a known one of another service, are UNIMPLEMENTED")
    func unimplemented() async throws {
        let elsewhere = EchoMethods.Method(
            service: "other.Service", method: "Unary", kind: .unary, isIdempotent: true)
        try await TestServer.run { server in
            try await server.withClient { client in
                for method in [EchoMethods.unknown, elsewhere] {
                    let error = await #expect(throws: RPCError.self) {
                        try await client.unary(method, RawMessage(""), options: .defaults)
                    }
                    #expect(error?.code == .unimplemented)
                    #expect(error?.message.contains("\(method.service)/\(method.method)") == true)
                }
            }
        }
    }

    @Test("the fast path answers what it can, and its async handler the rest")
    func fastPath() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                var answers: [String] = []
                for text in ["a", "slow", "", "b"] {
                    let answer = try await client.unary(
                        EchoMethods.fast, RawMessage(text), options: .defaults)
                    answers.append(answer.text)
                }
                #expect(answers == ["fast a", "async slow", "fast ", "fast b"])
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(
                        EchoMethods.fast, RawMessage("broken"), options: .defaults)
                }
                #expect(error?.code == .invalidArgument)
            }
        }
    }

    @Test("1,000 calls are in flight at once on one connection")
    func thousandCalls() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                try await withThrowingTaskGroup { group in
                    for index in 0..<1000 {
                        group.addTask {
                            let answer = try await client.unary(
                                EchoMethods.wait, RawMessage("\(index)"), options: .defaults)
                            return answer.text == "\(index)"
                        }
                    }
                    try await server.fixture.begun.reaches(1000)
                    #expect(server.server.connectionCount == 1)
                    server.fixture.gate.open()
                    var right = 0
                    for try await isRight in group where isRight { right += 1 }
                    #expect(right == 1000)
                }
            }
        }
    }

    @Test("calls over the connection's limit wait for their turn, and none is lost")
    func queuedCalls() async throws {
        var configuration = ClientConfiguration()
        configuration.limits.callsPerConnectionMax = 3
        try await TestServer.run { server in
            try await server.withClient(configuration) { client in
                try await withThrowingTaskGroup { group in
                    for index in 0..<200 {
                        group.addTask {
                            try await client.unary(
                                EchoMethods.unary, RawMessage("\(index)"), options: .defaults
                            ).text
                        }
                    }
                    var answers: Set<String> = []
                    for try await answer in group { answers.insert(answer) }
                    #expect(answers.count == 200)
                }
            }
        }
    }

    @Test("more waiting calls than the limit are RESOURCE_EXHAUSTED")
    func waitingLimit() async throws {
        var configuration = ClientConfiguration()
        configuration.limits.callsPerConnectionMax = 1
        configuration.limits.waitingCallsMax = 1
        try await TestServer.run { server in
            try await server.withClient(configuration) { client in
                await withTaskGroup { group in
                    for _ in 0..<3 {
                        group.addTask {
                            do throws(RPCError) {
                                _ = try await client.unary(
                                    EchoMethods.wait, RawMessage(""), options: .defaults)
                                return RPCError.Code.ok
                            } catch {
                                // Only one of the three can fail before the gate opens.
                                server.fixture.gate.open()
                                return error.code
                            }
                        }
                    }
                    var codes: [RPCError.Code] = []
                    for await code in group { codes.append(code) }
                    #expect(codes.filter { $0 == .ok }.count == 2)
                    #expect(codes.contains(.resourceExhausted))
                }
            }
        }
    }

    @Test("payloads of 3.9 MiB go both ways, many at once")
    func largePayloads() async throws {
        let count = 3_900 << 10
        let request = RawMessage(bytes: [UInt8](repeating: 42, count: count))
        try await TestServer.run { server in
            try await server.withClient { client in
                try await withThrowingTaskGroup { group in
                    for _ in 0..<24 {
                        group.addTask {
                            try await client.unary(
                                EchoMethods.unary, request, options: .defaults) == request
                        }
                    }
                    for try await isSame in group { #expect(isSame) }
                }
            }
        }
    }

    @Test("an answer or a request over the frame limit is RESOURCE_EXHAUSTED, and harms nothing")
    func oversized() async throws {
        try await TestServer.run { server in
            try await server.withClient { client in
                let answer = await #expect(throws: RPCError.self) {
                    try await client.unary(
                        EchoMethods.large, RawMessage("\(4 << 20)"), options: .defaults)
                }
                #expect(answer?.code == .resourceExhausted)
                let request = await #expect(throws: RPCError.self) {
                    try await client.unary(
                        EchoMethods.unary, RawMessage(bytes: [UInt8](repeating: 0, count: 4 << 20)),
                        options: .defaults)
                }
                #expect(request?.code == .resourceExhausted)
                let after = try await client.unary(
                    EchoMethods.unary, RawMessage("after"), options: .defaults)
                #expect(after.text == "after")
                #expect(server.server.connectionCount == 1)
            }
        }
    }

    @Test("an answer over the client's own limit is RESOURCE_EXHAUSTED, its data is skipped")
    func oversizedForClient() async throws {
        var configuration = ClientConfiguration()
        configuration.limits.channel.frameBytesMax = 1000
        try await TestServer.run { server in
            try await server.withClient(configuration) { client in
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(
                        EchoMethods.large, RawMessage("100000"), options: .defaults)
                }
                #expect(error?.code == .resourceExhausted)
                let after = try await client.unary(
                    EchoMethods.unary, RawMessage("after"), options: .defaults)
                #expect(after.text == "after")
                #expect(server.server.connectionCount == 1)
            }
        }
    }

    @Test("a task on the connection's loop calls without leaving its thread")
    func onLoop() async throws {
        try await TestServer.run { server in
            let group = try EventLoopGroup(count: 1, name: "both")
            let client = try TTRPCClient(address: server.address, group: group)
            let loop = group.loops[0]
            let task = Task(executorPreference: loop) {
                var isAlwaysThere = loop.isCurrent
                for _ in 0..<100 {
                    _ = try await client.unary(
                        EchoMethods.unary, RawMessage("x"), options: .defaults)
                    isAlwaysThere = isAlwaysThere && loop.isCurrent
                }
                return isAlwaysThere
            }
            let isAlwaysThere = try await task.value
            #expect(isAlwaysThere)
            await client.close()
            try await BlockingThread.shared.run { group.shutdown() }
        }
    }

    @Test("a pool spreads its calls over its connections")
    func pool() async throws {
        var configuration = ClientConfiguration()
        configuration.connectionsPerClient = 4
        configuration.loopCount = 2
        try await TestServer.run(loopCount: 2) { server in
            try await server.withClient(configuration) { client in
                for _ in 0..<8 {
                    _ = try await client.unary(
                        EchoMethods.unary, RawMessage(""), options: .defaults)
                }
                #expect(server.server.connectionCount == 4)
            }
        }
    }

    @Test("a closed client answers CANCELLED, also to the call that was in flight")
    func closed() async throws {
        try await TestServer.run { server in
            let client = try TTRPCClient(address: server.address)
            let inFlight = Task {
                try await client.unary(EchoMethods.wait, RawMessage(""), options: .defaults)
            }
            try await server.fixture.begun.reaches(1)
            await client.close()
            await client.close()
            let first = await #expect(throws: RPCError.self) { try await inFlight.value }
            #expect(first?.code == .cancelled)
            let second = await #expect(throws: RPCError.self) {
                try await client.unary(EchoMethods.unary, RawMessage(""), options: .defaults)
            }
            #expect(second?.code == .cancelled)
            let third = await #expect(throws: RPCError.self) {
                try await client.bidirectional(EchoMethods.bidi, options: .defaults)
            }
            #expect(third?.code == .cancelled)
        }
    }
}
