public import Instrumentation
public import TTRPC
public import Tracing

/// Takes the traces of callers up: a call that comes with one gets a span of its own, and what its
/// handler does belongs to that.
public struct ServerTracing: ServerInterceptor {
    private let tracer: any Tracer
    private let beginsTraces: Bool

    /// - Parameters:
    ///   - tracer: Makes the spans and knows the headers.
    ///   - beginsTraces: Whether a call that comes without a trace begins one. Otherwise it costs
    ///     nothing.
    public init(tracer: any Tracer, beginsTraces: Bool = false) {
        self.tracer = tracer
        self.beginsTraces = beginsTraces
    }

    public func admit(_ context: inout ServerContext) throws(RPCError) {
        guard beginsTraces || !context.metadata.isEmpty else { return }
        var parent = InstrumentationContext.topLevel
        tracer.extract(context.metadata, into: &parent, using: MetadataExtractor())
        guard beginsTraces || !parent.isEmpty else { return }
        let path = "\(context.service)/\(context.method)"
        context.scope = TracedScope(
            tracer.startSpan(path, context: parent, ofKind: .server), path)
    }

    public func callEnded(
        _ context: borrowing ServerContext, code: RPCError.Code, duration: Duration
    ) {
        // Nil first: the cast costs more than all else that is measured of a call.
        guard let scope = context.scope else { return }
        (scope as? TracedScope)?.end(code)
    }
}

/// The span of a call, around its handler.
final class TracedScope: HandlerScope {
    /// What is the server's own fault, or nobody's; the rest is an answer like any other.
    private static let serverErrors: Set<RPCError.Code> = [
        .unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss,
    ]

    let span: any Span

    init(_ span: any Span, _ path: String) {
        self.span = span
        CallAttributes.begin(span, path)
    }

    func run(_ body: @Sendable () async throws -> Void) async throws {
        try await InstrumentationContext.$current.withValue(span.context) { try await body() }
    }

    func end(_ code: RPCError.Code) {
        CallAttributes.end(span, code, isError: Self.serverErrors.contains(code))
    }
}

extension ServerContext {
    /// The span of this call for whoever makes more of it, such as log lines; nil without a trace.
    public var instrumentation: InstrumentationContext? {
        (scope as? TracedScope)?.span.context
    }
}
