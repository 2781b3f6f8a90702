package import Reactor
internal import Glibc
internal import Synchronization

/// A ttrpc server: listeners, loops, connections, and the one place that owns their end.
///
/// ```swift
/// var router = Router()
/// EchoService().register(on: &router)
/// let server = try TTRPCServer(
///     router: router, configuration: .init(listeners: [.init(.unix(path: "/run/echo.sock"))]))
/// try await server.run()
/// ```
public final class TTRPCServer: Sendable {
    private enum Phase {
        /// Can transition to: running.
        case new
        /// Can transition to: draining.
        case running([ServerLoop])
        /// Can transition to: stopped.
        case draining
        case stopped
    }

    private let core: ServerCore
    private let configuration: ServerConfiguration
    private let group: EventLoopGroup
    private let ownsGroup: Bool
    private let phase = Mutex(Phase.new)
    private let listenersTLS = Mutex<[ListenerTLS]>([])

    /// - Parameters:
    ///   - router: The methods it answers.
    ///   - interceptors: What looks at every call, first one first.
    ///   - mapError: The status for an error of a handler's that is not an `RPCError`; nil for one
    ///     it does not know, which becomes `INTERNAL`.
    ///   - onEvent: Called on the loops for what happens outside of calls; must not block.
    /// - Throws: `RuntimeError` when the process is out of descriptors.
    public convenience init(
        router: Router, interceptors: [any ServerInterceptor] = [],
        configuration: ServerConfiguration,
        mapError: @escaping @Sendable (any Error, ServerContext) -> RPCError? = { _, _ in nil },
        onEvent: @escaping @Sendable (ServerEvent) -> Void = { _ in }
    ) throws(RuntimeError) {
        let group: EventLoopGroup
        do {
            group = try EventLoopGroup(
                count: configuration.loopCount, name: "ttrpc", busyPoll: configuration.busyPoll,
                shares: PartyShareRule(percent: configuration.partySharePercent))
        } catch {
            throw RuntimeError(.outOfResources, "event loops", cause: error)
        }
        self.init(
            router: router, interceptors: interceptors, configuration: configuration,
            group: group, ownsGroup: true, mapError: mapError, onEvent: onEvent)
    }

    /// The same on loops that somebody else owns, so that a database client can share them.
    package init(
        router: Router, interceptors: [any ServerInterceptor] = [],
        configuration: ServerConfiguration, group: EventLoopGroup, ownsGroup: Bool = false,
        mapError: @escaping @Sendable (any Error, ServerContext) -> RPCError? = { _, _ in nil },
        onEvent: @escaping @Sendable (ServerEvent) -> Void = { _ in }
    ) {
        core = ServerCore(
            router: router, interceptors: interceptors, limits: configuration.limits,
            mapError: mapError, onEvent: onEvent)
        self.configuration = configuration
        self.group = group
        self.ownsGroup = ownsGroup
    }

    /// Loops turn from the beginning; those of a server that never listened stop here.
    deinit {
        guard ownsGroup, case .new = phase.withLock({ $0 }) else { return }
        BlockingThread.shared.submit { [group] in group.shutdown() }
    }

    /// How many connections are open.
    public var connectionCount: Int { core.connectionCount }

    /// Listens and serves until the task is cancelled, then drains.
    ///
    /// - Parameter onReady: Called with the addresses once every listener answers, in the order
    ///   of the configuration, with the port that the kernel chose where 0 was asked for.
    /// - Throws: `RuntimeError` when an address or a certificate cannot be used.
    public func run(
        onReady: @Sendable ([SocketAddress]) async -> Void = { _ in }
    ) async throws {
        await onReady(try await start())
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            continuation.finish()
        }
        await drain()
    }

    /// Begins to listen on every address.
    package func start() async throws -> [SocketAddress] {
        let opened = try await BlockingThread.shared.run { [configuration] in
            try configuration.listeners.map { try OpenListener($0) }
        }
        let loops = group.loops.map { ServerLoop(core: core, loop: $0) }
        phase.withLock { phase in
            guard case .new = phase else { preconditionFailure("a server is started once") }
            phase = .running(loops)
        }
        listenersTLS.withLock { $0 = opened.compactMap(\.tls) }
        for (index, listener) in opened.enumerated() {
            try await loops[index % loops.count].listen(listener, sharing: loops)
        }
        return opened.map(\.address)
    }

    /// Reads every listener's certificates, keys, trust roots and revocation lists anew.
    /// Connections that are open keep what they began with, but for those whose certificates the
    /// new lists revoke: when this returns, they are closed. New ones get the new.
    ///
    /// - Throws: `RuntimeError` naming the first file that cannot be used. Nothing has changed
    ///   then: a server with yesterday's certificate serves, one without any does not.
    public func reloadCertificates() async throws {
        let listeners = listenersTLS.withLock { $0 }
        try await BlockingThread.shared.run {
            // All before any, so that no listener is ahead of another.
            let contexts = try listeners.map { try $0.files.context() }
            for (listener, context) in zip(listeners, contexts) { listener.replace(context) }
        }
        let loops = phase.withLock { phase -> [ServerLoop] in
            if case .running(let loops) = phase { loops } else { [] }
        }
        for loop in loops { await loop.endRevoked() }
    }

    /// Stops accepting, refuses new calls, waits for those in flight up to `drainTimeMax`, then
    /// ends what is left and closes every connection.
    public func drain() async {
        let loops = phase.withLock { phase -> [ServerLoop] in
            guard case .running(let loops) = phase else { return [] }
            phase = .draining
            return loops
        }
        // First, so that the next server may bind the same path while this one still drains.
        let own = configuration.listeners.filter { $0.inheritedDescriptor == nil }
        for case .unix(let path) in own.map(\.address) where !loops.isEmpty {
            _ = unlink(path)
        }
        // Everywhere before anything is refused: whoever is refused connects anew at once, and
        // must not be accepted once more.
        for loop in loops { await loop.stopListening() }
        for loop in loops { await loop.drain() }
        // At once and not one after the other: the time is the whole server's.
        await withTaskGroup { group in
            for loop in loops {
                group.addTask { await loop.untilClosed(within: self.core.limits.drainTimeMax) }
            }
        }
        phase.withLock { $0 = .stopped }
        if ownsGroup {
            let group = self.group
            try? await BlockingThread.shared.run { group.shutdown() }
        }
    }
}
