internal import Dispatch
internal import Glibc
internal import TestCertificates
internal import Testing

@testable internal import TTRPC

/// Somebody who listens and hangs up on the first callers before any answer, as a server does that
/// stops just then; after that a real server accepts on the same socket.
@Suite("Connections that are hung up on before the first answer", .timeLimit(.minutes(10)))
struct HangUpTests {
    private static func listen(_ path: String) throws -> CInt {
        let socket = try Socket.open(family: AF_UNIX)
        try Socket.bind(socket.number, to: try KernelAddress(unixPath: path))
        try Socket.listen(socket.number)
        return socket.release()
    }

    /// Accepts and hangs up, once for each number: after it has read at most so many bytes.
    private static func hangUp(_ listener: CInt, after byteCounts: [Int]) async throws {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        for byteCount in byteCounts { try hangUp(listener, after: byteCount) }
                    })
            }
        }
    }

    private static func hangUp(_ listener: CInt, after byteCount: Int) throws {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        // As long as it takes: with every other test beside it a client may come late.
        try #require(poll(&entry, 1, -1) == 1)
        let connection = accept(listener, nil, nil)
        defer { close(connection) }
        guard byteCount > 0 else { return }
        var buffer = [UInt8](repeating: 0, count: byteCount)
        _ = recv(connection, &buffer, byteCount, 0)
    }

    private static func serve<Value>(
        _ listener: CInt, _ path: String, _ body: () async throws -> Value
    ) async throws -> Value {
        var configuration = ListenerConfiguration(.unix(path: path))
        configuration.inheritedDescriptor = dup(listener)
        let server = try TTRPCServer(
            router: EchoFixture().router,
            configuration: ServerConfiguration(listeners: [configuration]))
        _ = try await server.start()
        do {
            let value = try await body()
            await server.drain()
            return value
        } catch {
            await server.drain()
            throw error
        }
    }

    @Test(
        "no idempotent call fails, of those in flight and of those that come meanwhile",
        arguments: [
            [0], [7], [4096], [0, 0], [7, 0], [0, 4096], [0, 0, 0], [7, 7, 7], [4096, 4096, 4096],
            [4096, 0, 7],
        ])
    func idempotentCalls(byteCounts: [Int]) async throws {
        #expect(byteCounts.count <= ClientConnectivity.hangUpsForgivenMax)
        let directory = try TestDirectory()
        let path = "\(directory.path)/s"
        let listener = try Self.listen(path)
        defer { close(listener) }
        let client = try TTRPCClient(address: .unix(path: path))
        let isOver = Counter()
        let answered = Counter()
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    repeat {
                        _ = try await client.unary(
                            EchoMethods.unary, RawMessage("x"), options: .defaults)
                        answered.increment()
                    } while isOver.value == 0
                }
            }
            try await Self.hangUp(listener, after: byteCounts)
            try await Self.serve(listener, path) {
                try await answered.reaches(20)
                isOver.increment()
                try await group.waitForAll()
            }
        }
        await client.close()
    }

    @Test("a call that comes meanwhile waits, also one that may be sent only once")
    func callsThatComeMeanwhile() async throws {
        let directory = try TestDirectory()
        let path = "\(directory.path)/s"
        let listener = try Self.listen(path)
        defer { close(listener) }
        let client = try TTRPCClient(address: .unix(path: path))
        let lost = Task {
            try await client.unary(EchoMethods.once, RawMessage("1"), options: .defaults)
        }
        try await Self.hangUp(listener, after: [4096])
        // Not sent again: whoever hung up may have read it.
        let failure = await #expect(throws: RPCError.self) { _ = try await lost.value }
        #expect(failure?.code == .unavailable)
        let next = Task {
            try await client.unary(EchoMethods.once, RawMessage("2"), options: .defaults)
        }
        let answer = try await Self.serve(listener, path) { try await next.value }
        #expect(answer.text == "2")
        await client.close()
    }
}
