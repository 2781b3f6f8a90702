public import CoreMetrics
internal import Reactor
public import TTRPC

/// Measures every call of a client by swift-metrics, tries and waits included, under
/// OpenTelemetry's name `rpc.client.call.duration`.
public struct ClientMetrics: ClientInterceptor {
    private let timers: CallTimers
    private let indices: [String: [String: Int]]

    /// - Parameters:
    ///   - methods: The methods that are measured; others are not.
    ///   - factory: Where the metrics go.
    public init(
        methods: [MethodName], factory: any MetricsFactory = MetricsSystem.factory
    ) {
        timers = CallTimers("rpc.client.call.duration", methods: methods, factory: factory)
        var indices: [String: [String: Int]] = [:]
        for (index, method) in methods.enumerated() {
            indices[method.service, default: [:]][method.method] = index
        }
        self.indices = indices
    }

    public func observe(
        _ options: inout CallOptions, service: String, method: String
    ) -> (@Sendable (RPCError?) -> Void)? {
        guard let index = indices[service]?[method] else { return nil }
        let start = MonotonicInstant.now()
        return { [timers] failure in
            timers.record(
                index, failure?.code ?? .ok, MonotonicInstant.now().duration(since: start))
        }
    }
}
