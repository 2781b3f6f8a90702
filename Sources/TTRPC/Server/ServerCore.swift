internal import Reactor
internal import Synchronization

/// What all connections of a server share. Immutable but for the counts.
final class ServerCore: Sendable {
    let routes: RouteTable
    /// The first one, which hands on to the others; nil when there is none.
    let interceptor: (any AnyInterceptor)?
    let limits: ServerLimits
    /// What all connections keep of unfinished frames.
    let keptBytes: ByteBudget
    /// What all connections hold of answers that their peers do not take.
    let unsentBytes: ByteBudget
    /// How many handlers of all connections run.
    let handlers = HandlerCount()
    private let mapError: @Sendable (any Error, ServerContext) -> RPCError?
    private let onEvent: @Sendable (ServerEvent) -> Void
    private let connections = Mutex<(total: Int, byPeer: [String: Int])>((0, [:]))

    init(
        router: Router, interceptors: [any ServerInterceptor], limits: ServerLimits,
        mapError: @escaping @Sendable (any Error, ServerContext) -> RPCError?,
        onEvent: @escaping @Sendable (ServerEvent) -> Void
    ) {
        routes = RouteTable(router, limits)
        interceptor = interceptors.reversed().reduce(nil) { next, interceptor in
            Self.box(interceptor, before: next)
        }
        self.limits = limits
        keptBytes = ByteBudget(bytesMax: limits.unfinishedBytesMax)
        unsentBytes = ByteBudget(bytesMax: limits.unsentBytesTotalMax)
        self.mapError = mapError
        self.onEvent = onEvent
    }

    private static func box(
        _ interceptor: some ServerInterceptor, before next: (any AnyInterceptor)?
    ) -> any AnyInterceptor {
        InterceptorBox(interceptor, before: next)
    }

    static func nanoseconds(_ duration: Duration) -> UInt64 {
        MonotonicInstant(nanoseconds: 0).advanced(by: duration).nanoseconds
    }

    func log(_ event: ServerEvent) { onEvent(event) }

    /// The status for an error of a handler's. What nobody can name is `INTERNAL` and says nothing
    /// of itself to the caller.
    func rpcError(for error: any Error, in context: ServerContext) -> RPCError {
        if let mapped = mapError(error, context) { return mapped }
        log(
            .unexpectedError(
                service: context.service, method: context.method, error: "\(type(of: error))"))
        return RPCError(.internal, "internal error")
    }

    var connectionCount: Int { connections.withLock { $0.total } }

    /// Counts a connection in. The name of the limit it is over, or nil when it may stay.
    func admitConnection(of peer: Peer) -> String? {
        connections.withLock { connections in
            guard connections.total < limits.connectionsMax else { return "connectionsMax" }
            let count = connections.byPeer[peer.limitKey, default: 0]
            guard count < limits.connectionsPerPeerMax else { return "connectionsPerPeerMax" }
            connections.total += 1
            connections.byPeer[peer.limitKey] = count + 1
            return nil
        }
    }

    func connectionEnded(of peer: Peer) {
        connections.withLock { connections in
            connections.total -= 1
            let count = connections.byPeer[peer.limitKey, default: 1] - 1
            connections.byPeer[peer.limitKey] = count > 0 ? count : nil
        }
    }

    /// The answer to a new call while the server drains: nothing of it was begun.
    var drainingError: RPCError {
        RPCError(
            .unavailable, "the server is shutting down; connect again and retry",
            details: [.notBegun, .retryInfo(after: limits.drainRetryDelay)])
    }

    /// The end of a call that has none of its own when the server drains: open it again, elsewhere.
    var endedError: RPCError {
        RPCError(
            .unavailable, "the server is shutting down; connect again and go on from there",
            details: [.retryInfo(after: limits.drainRetryDelay)])
    }

    /// The answer to a call that a drain could not wait for. It was begun, so it does not say that
    /// it may be retried.
    var stoppedError: RPCError {
        RPCError(.unavailable, "the server stopped before the call was answered")
    }
}
