internal import Glibc
internal import TestCertificates
internal import Testing

@testable internal import TTRPC

@Suite("A socket that was handed over", .timeLimit(.minutes(10)))
struct InheritedListenerTests {
    /// Somebody who opens a socket and keeps it open, as a service manager does.
    private static func open(_ path: String) throws -> CInt {
        let socket = try Socket.open(family: AF_UNIX)
        try Socket.bind(socket.number, to: try KernelAddress(unixPath: path))
        try Socket.listen(socket.number)
        return socket.release()
    }

    private static func server(on descriptor: CInt, _ path: String) throws -> TTRPCServer {
        var listener = ListenerConfiguration(.unix(path: path))
        listener.inheritedDescriptor = dup(descriptor)
        return try TTRPCServer(
            router: EchoFixture().router, configuration: ServerConfiguration(listeners: [listener]))
    }

    @Test("keeps callers waiting between two servers, and is still there after the last one")
    func handOver() async throws {
        let directory = try TestDirectory()
        let path = "\(directory.path)/s"
        let descriptor = try Self.open(path)
        defer { close(descriptor) }
        let first = try Self.server(on: descriptor, path)
        _ = try await first.start()
        let client = try TTRPCClient(address: .unix(path: path))
        _ = try await client.unary(EchoMethods.unary, RawMessage("1"), options: .defaults)
        await first.drain()
        #expect(access(path, F_OK) == 0)
        // Nobody accepts now; the call waits in the socket.
        let waiting = Task {
            try await client.unary(EchoMethods.once, RawMessage("2"), options: .defaults)
        }
        let second = try Self.server(on: descriptor, path)
        _ = try await second.start()
        #expect(try await waiting.value.text == "2")
        await client.close()
        await second.drain()
        #expect(access(path, F_OK) == 0)
    }

    @Test("must listen already")
    func notListening() async throws {
        let directory = try TestDirectory()
        let socket = try Socket.open(family: AF_UNIX)
        let server = try Self.server(on: socket.number, "\(directory.path)/s")
        await #expect(throws: RuntimeError.self) { _ = try await server.start() }
    }

    @Test("tells a call on a connection that was just made that it was not begun")
    func justConnected() async throws {
        var limits = ServerLimits()
        limits.drainIdleTime = .seconds(30)
        let server = try await TestServer.start(limits: limits, loopCount: 2)
        let peers = try (0..<8).map { _ in try RawPeer(server.address) }
        // Accepted in this order, so the others have been too.
        try await peers[7].send(RawPeer.request(EchoMethods.unary, stream: 1, []))
        _ = try await peers[7].receive()
        let drain = Task { await server.server.drain() }
        for peer in peers {
            // The drain has begun when a call is refused; before that it is answered.
            var stream: UInt32 = 1
            while true {
                stream += 2
                try await peer.send(RawPeer.request(EchoMethods.unary, stream: stream, []))
                let frame = try #require(await peer.receive())
                if let error = try frame.error {
                    #expect(error.isNotBegun)
                    break
                }
            }
        }
        drain.cancel()
    }
}
