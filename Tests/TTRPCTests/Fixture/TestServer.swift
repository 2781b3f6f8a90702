internal import Reactor
internal import Synchronization
internal import TestCertificates

@testable internal import TTRPC

/// A real server on a Unix socket in a folder of its own, and on TCP where it is asked for.
final class TestServer: Sendable {
    let fixture: EchoFixture
    let server: TTRPCServer
    /// The addresses, in the order of the listeners; the Unix socket is the first one.
    let addresses: [SocketAddress]
    /// What the server logged.
    let events: EventLog
    private let directory: TestDirectory

    var address: SocketAddress { addresses[0] }

    private init(
        fixture: EchoFixture, server: TTRPCServer, addresses: [SocketAddress], events: EventLog,
        directory: TestDirectory
    ) {
        self.fixture = fixture
        self.server = server
        self.addresses = addresses
        self.events = events
        self.directory = directory
    }

    /// Starts a server, lends it to `body`, and drains it.
    static func run<Value>(
        _ fixture: EchoFixture = EchoFixture(), limits: ServerLimits = ServerLimits(),
        listeners: [ListenerConfiguration] = [], interceptors: [any ServerInterceptor] = [],
        directory: TestDirectory? = nil, loopCount: Int = 1, partySharePercent: Int = 100,
        services: (inout Router) -> Void = { _ in },
        _ body: (TestServer) async throws -> Value
    ) async throws -> Value {
        let server = try await start(
            fixture, limits: limits, listeners: listeners, interceptors: interceptors,
            directory: directory, loopCount: loopCount, partySharePercent: partySharePercent,
            services: services)
        do {
            let value = try await body(server)
            fixture.gate.open()
            await server.server.drain()
            return value
        } catch {
            fixture.gate.open()
            await server.server.drain()
            throw error
        }
    }

    static func start(
        _ fixture: EchoFixture = EchoFixture(), limits: ServerLimits = ServerLimits(),
        listeners: [ListenerConfiguration] = [], interceptors: [any ServerInterceptor] = [],
        directory: TestDirectory? = nil, loopCount: Int = 1, partySharePercent: Int = 100,
        services: (inout Router) -> Void = { _ in }
    ) async throws -> TestServer {
        let directory = try directory ?? TestDirectory()
        let events = EventLog()
        var configuration = ServerConfiguration(
            listeners: [.init(.unix(path: "\(directory.path)/s"))] + listeners)
        configuration.limits = limits
        configuration.loopCount = loopCount
        configuration.partySharePercent = partySharePercent
        var router = fixture.router
        services(&router)
        let server = try TTRPCServer(
            router: router, interceptors: interceptors, configuration: configuration,
            onEvent: { events.append($0) })
        return TestServer(
            fixture: fixture, server: server, addresses: try await server.start(), events: events,
            directory: directory)
    }

    /// Makes a client, lends it to `body`, and closes it.
    func withClient<Value>(
        _ configuration: ClientConfiguration = ClientConfiguration(), listener: Int = 0,
        tls: ClientTLS? = nil, _ body: (TTRPCClient) async throws -> Value
    ) async throws -> Value {
        let client = try TTRPCClient(
            address: addresses[listener], tls: tls, configuration: configuration)
        do {
            let value = try await body(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }
}

/// The events of a server, and a way to wait for one.
final class EventLog: Sendable {
    private let state = Mutex((texts: [String](), waiters: [(String, Gate)]()))

    func append(_ event: ServerEvent) {
        let text = event.description
        let gates = state.withLock { state -> [Gate] in
            state.texts.append(text)
            let found = state.waiters.filter { text.contains($0.0) }.map(\.1)
            state.waiters.removeAll { text.contains($0.0) }
            return found
        }
        for gate in gates { gate.open() }
    }

    /// Returns once an event has been logged that contains `part`.
    func contains(_ part: String) async throws {
        let gate = Gate()
        let isThere = state.withLock { state in
            if state.texts.contains(where: { $0.contains(part) }) { return true }
            state.waiters.append((part, gate))
            return false
        }
        if !isThere { try await gate.wait() }
    }
}
