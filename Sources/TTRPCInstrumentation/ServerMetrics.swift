public import TTRPC

/// Measures every call of a server by swift-metrics, under OpenTelemetry's name
/// `rpc.server.call.duration`.
public struct ServerMetrics: ServerInterceptor {
    private let timers: CallTimers

    /// - Parameter router: The server's, with all its methods registered. The metrics go to the
    ///   factory that `MetricsSystem` has by now.
    public init(router: Router) {
        timers = CallTimers("rpc.server.call.duration", methods: router.methodNames)
    }

    public func callEnded(
        _ context: borrowing ServerContext, code: RPCError.Code, duration: Duration
    ) {
        timers.record(context.methodIndex, code, duration)
    }
}
