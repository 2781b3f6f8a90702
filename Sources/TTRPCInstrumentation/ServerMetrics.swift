public import CoreMetrics
public import TTRPC

/// Measures every call of a server by swift-metrics, under OpenTelemetry's name
/// `rpc.server.call.duration`.
public struct ServerMetrics: ServerInterceptor {
    private let timers: CallTimers

    /// - Parameters:
    ///   - router: The server's, with all its methods registered.
    ///   - factory: Where the metrics go.
    public init(router: Router, factory: any MetricsFactory = MetricsSystem.factory) {
        timers = CallTimers(
            "rpc.server.call.duration", methods: router.methodNames, factory: factory)
    }

    public func callEnded(
        _ context: borrowing ServerContext, code: RPCError.Code, duration: Duration
    ) {
        timers.record(context.methodIndex, code, duration)
    }
}
