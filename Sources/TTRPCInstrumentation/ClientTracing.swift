internal import Instrumentation
public import TTRPC
internal import Tracing

/// Carries the caller's trace to the server: a call made within a span gets a span of its own, and
/// the server learns of it by its metadata.
///
/// The tracer is the one that `InstrumentationSystem` has when the call is made. A call outside of
/// any span costs one look at a task-local value.
public struct ClientTracing: ClientInterceptor {
    public init() {}

    public func observe(
        _ options: inout CallOptions, service: String, method: String
    ) -> (@Sendable (RPCError?) -> Void)? {
        guard let current = InstrumentationContext.current else { return nil }
        let tracer = InstrumentationSystem.tracer
        let path = "\(service)/\(method)"
        let span = tracer.startSpan(path, context: current, ofKind: .client)
        CallAttributes.begin(span, path)
        tracer.inject(span.context, into: &options.metadata, using: MetadataInjector())
        return { failure in
            CallAttributes.end(span, failure?.code ?? .ok, isError: failure != nil)
        }
    }
}
