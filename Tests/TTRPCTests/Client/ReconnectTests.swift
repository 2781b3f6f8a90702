internal import Reactor
internal import TestCertificates
internal import Testing

@testable internal import TTRPC

@Suite("Connecting and connecting again", .timeLimit(.minutes(10)))
struct ReconnectTests {
    private func call(
        _ client: TTRPCClient, _ method: EchoMethods.Method = EchoMethods.once,
        _ text: String = "x", _ options: CallOptions = .defaults
    ) async throws(RPCError) -> String {
        try await client.unary(method, RawMessage(text), options: options).text
    }

    @Test("without a server a call fails at once with UNAVAILABLE that names the address")
    func failFast() async throws {
        let directory = try TestDirectory()
        let client = try TTRPCClient(address: .unix(path: "\(directory.path)/s"))
        for method in [EchoMethods.unary, EchoMethods.once] {
            let error = await #expect(throws: RPCError.self) { try await call(client, method) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("unix:\(directory.path)/s") == true)
        }
        let opened = await #expect(throws: RPCError.self) {
            try await client.bidirectional(EchoMethods.bidi, options: .defaults)
        }
        #expect(opened?.code == .unavailable)
        await client.close()
    }

    @Test("a call that may wait is answered once the server is there")
    func waitForReady() async throws {
        let directory = try TestDirectory()
        let client = try TTRPCClient(address: .unix(path: "\(directory.path)/s"))
        // The first failure makes sure that the one that waits does so across a rest.
        _ = await #expect(throws: RPCError.self) { try await call(client) }
        let waiting = Task {
            try await call(client, EchoMethods.once, "w", .init(waitForReady: true))
        }
        try await TestServer.run(directory: directory) { _ in
            let answer = try await waiting.value
            #expect(answer == "w")
        }
        await client.close()
    }

    @Test("a call that waits for a server in vain ends at its deadline")
    func waitInVain() async throws {
        let directory = try TestDirectory()
        let client = try TTRPCClient(address: .unix(path: "\(directory.path)/s"))
        let error = await #expect(throws: RPCError.self) {
            try await call(
                client, EchoMethods.once, "", .init(timeout: .milliseconds(100), waitForReady: true)
            )
        }
        #expect(error?.code == .deadlineExceeded)
        await client.close()
    }

    @Test("a name that cannot be resolved is UNAVAILABLE")
    func unknownHost() async throws {
        let client = try TTRPCClient(address: .tcp(host: "nowhere.invalid", port: 1))
        let error = await #expect(throws: RPCError.self) { try await call(client) }
        #expect(error?.code == .unavailable)
        await client.close()
    }

    @Test("every address of a name is tried")
    func everyAddress() async throws {
        // Where localhost is ::1 as well, that address refuses and the next one answers.
        let listener = ListenerConfiguration(.tcp(host: "127.0.0.1", port: 0))
        try await TestServer.run(listeners: [listener]) { server in
            guard case .tcp(_, let port) = server.addresses[1] else { return }
            let client = try TTRPCClient(address: .tcp(host: "localhost", port: port))
            #expect(try await call(client) == "x")
            await client.close()
        }
    }

    @Test("a path over the kernel's limit is refused when the client is made")
    func longPath() {
        let error = #expect(throws: RuntimeError.self) {
            try TTRPCClient(address: .unix(path: String(repeating: "x", count: 108)))
        }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test("a server that was restarted is found again")
    func restart() async throws {
        let directory = try TestDirectory()
        let client = try TTRPCClient(address: .unix(path: "\(directory.path)/s"))
        for round in 0..<5 {
            try await TestServer.run(directory: directory) { _ in
                let answer = try await call(client, EchoMethods.unary, "\(round)")
                #expect(answer == "\(round)")
            }
        }
        await client.close()
    }

    @Test("through restarts under load no call that waits for a connection fails")
    func restartsUnderLoad() async throws {
        let directory = try TestDirectory()
        let client = try TTRPCClient(address: .unix(path: "\(directory.path)/s"))
        let answered = Counter()
        let isOver = Counter()
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    while isOver.value == 0 {
                        let text = try await call(
                            client, EchoMethods.unary, "x", .init(waitForReady: true))
                        #expect(text == "x")
                        answered.increment()
                    }
                }
            }
            for _ in 0..<5 {
                try await TestServer.run(directory: directory) { _ in
                    try await answered.reaches(answered.value + 100)
                }
            }
            isOver.increment()
            try await TestServer.run(directory: directory) { _ in try await group.waitForAll() }
        }
        await client.close()
    }

    @Test("when a connection's ids are used up, calls go on over another one")
    func idsUsedUp() async throws {
        try await TestServer.run { server in
            let group = try EventLoopGroup(count: 1)
            let client = TTRPCClient(
                target: try ClientTarget(address: server.address, tls: nil),
                configuration: ClientConfiguration(), group: group, ownsGroup: true,
                firstID: .max - 4)
            for index in 0..<10 {
                #expect(try await call(client, EchoMethods.once, "\(index)") == "\(index)")
            }
            await client.close()
        }
    }

    @Test("a request that was answered UNAVAILABLE by its handler is retried only if idempotent")
    func retriesOfHandlersErrors() async throws {
        struct Flaky: ServerInterceptor {
            let calls = Counter()
            func admit(_ context: inout ServerContext) throws(RPCError) {
                calls.increment()
                guard calls.value.isMultiple(of: 3) else {
                    throw RPCError(.unavailable, "busy", details: [.retryInfo(after: .zero)])
                }
            }
        }
        try await TestServer.run(interceptors: [Flaky()]) { server in
            try await server.withClient { client in
                let answer = try await call(client, EchoMethods.unary)
                #expect(answer == "x")
                let error = await #expect(throws: RPCError.self) {
                    try await call(client, EchoMethods.once)
                }
                #expect(error?.message == "busy")
            }
        }
    }

    @Test("somebody who accepts and hangs up is not asked again and again")
    func hangsUp() async throws {
        struct Refuser: ServerInterceptor {
            let connections: Counter
            func connectionOpened(_ peer: Peer) throws(RPCError) -> (any AnyObject & Sendable)? {
                connections.increment()
                throw RPCError(.permissionDenied, "go away")
            }
        }
        let connections = Counter()
        try await TestServer.run(interceptors: [Refuser(connections: connections)]) { server in
            try await server.withClient { client in
                let error = await #expect(throws: RPCError.self) {
                    try await call(
                        client, EchoMethods.unary, "",
                        .init(timeout: .milliseconds(300), waitForReady: true))
                }
                #expect([.unavailable, .deadlineExceeded].contains(error?.code))
                // The attempts of one call, not thousands.
                #expect(connections.value <= 10)
            }
        }
    }
}
