internal import Testing

@testable internal import TTRPC

/// Every kind of stream at once, over few connections, with some that fail and some that give up.
@Suite("Streams of every kind under load", .timeLimit(.minutes(10)))
struct StreamingLoadTests {
    private static let streamsPerKind = 64
    private static let messages = 200

    /// A message whose size depends on its place, so that frames are cut at every offset.
    private static func message(_ index: Int) -> RawMessage {
        RawMessage(bytes: [UInt8](repeating: UInt8(index & 0xff), count: index * 37 % 4099))
    }

    @Test("all messages come, in order, beside streams that fail, end early or are given up")
    func everyKind() async throws {
        let fixture = EchoFixture()
        var configuration = ClientConfiguration()
        configuration.connectionsPerClient = 4
        configuration.loopCount = 2
        try await TestServer.run(fixture, loopCount: 2) { server in
            try await server.withClient(configuration) { client in
                try await withThrowingTaskGroup { group in
                    for _ in 0..<Self.streamsPerKind {
                        group.addTask { try await Self.serverStream(client) }
                        group.addTask { try await Self.clientStream(client) }
                        group.addTask { try await Self.bidirectional(client) }
                        group.addTask { try await Self.givenUp(client) }
                        group.addTask { try await Self.overDeadline(client) }
                    }
                    try await group.waitForAll()
                }
                // What was given up, and what ran out of time, has ended at its handler: all of
                // them that began but those that ended well.
                try await fixture.cancelled.reaches(fixture.begun.value - Self.streamsPerKind)
                let answer = try await client.unary(
                    EchoMethods.unary, RawMessage("still here"), options: .defaults)
                #expect(answer.text == "still here")
            }
        }
    }

    private static func serverStream(_ client: TTRPCClient) async throws {
        let answers = try await client.serverStreaming(
            EchoMethods.serverStream, RawMessage("\(messages)"), options: .defaults)
        var next = 0
        for try await answer in answers {
            #expect(answer.text == "\(next)")
            next += 1
        }
        #expect(next == messages)
    }

    private static func clientStream(_ client: TTRPCClient) async throws {
        let call = try await client.clientStreaming(EchoMethods.clientStream, options: .defaults)
        for index in 0..<messages { try await call.write(message(index)) }
        let sizes = (0..<messages).map { "\(message($0).bytes.count)" }
        #expect(try await call.finish().text == sizes.joined(separator: ","))
    }

    private static func bidirectional(_ client: TTRPCClient) async throws {
        let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
        try await withThrowingTaskGroup { group in
            group.addTask {
                for index in 0..<messages { try await call.requests.write(message(index)) }
                call.requests.finish()
            }
            var next = 0
            for try await answer in call.responses {
                #expect(answer == message(next))
                next += 1
            }
            #expect(next == messages)
            try await group.waitForAll()
        }
    }

    private static func givenUp(_ client: TTRPCClient) async throws {
        let call = try await client.bidirectional(EchoMethods.bidi, options: .defaults)
        for index in 0..<10 { try await call.requests.write(message(index)) }
        var seen = 0
        for try await answer in call.responses {
            #expect(answer == message(seen))
            seen += 1
            // Nobody says that no more comes.
            if seen == 10 { break }
        }
        #expect(seen == 10)
    }

    private static func overDeadline(_ client: TTRPCClient) async throws {
        let error = await #expect(throws: RPCError.self) {
            let call = try await client.bidirectional(
                EchoMethods.bidi, options: CallOptions(timeout: .milliseconds(100)))
            try await call.requests.write(message(7))
            for try await _ in call.responses {}
        }
        #expect(error?.code == .deadlineExceeded)
    }
}
