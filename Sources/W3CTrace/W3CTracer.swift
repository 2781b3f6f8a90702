package import Instrumentation
package import Tracing

/// Carries traces through the process in W3C's headers, and hands over the spans of those that are
/// sampled.
///
/// A tracer of our own, because the available ones export over HTTP/2 to a collector: what a
/// process that tenants depend on needs of tracing is that traces pass through it, and that its
/// log can be found by them.
package struct W3CTracer: Tracer {
    private let sampleRatio: Double
    private let export: @Sendable (FinishedSpan) -> Void

    /// - Parameters:
    ///   - sampleRatio: What part of the traces that begin here is sampled, from 0 to 1. A trace
    ///     that comes from elsewhere is sampled when its caller says so.
    ///   - export: Takes each sampled span when it has ended, on whatever thread that happens; must
    ///     not block.
    package init(sampleRatio: Double, export: @escaping @Sendable (FinishedSpan) -> Void) {
        self.sampleRatio = sampleRatio
        self.export = export
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext,
        ofKind kind: SpanKind, at instant: @autoclosure () -> Instant, function: String,
        file fileID: String, line: UInt
    ) -> W3CSpan {
        var context = context()
        let parent = context.traceParent
        let own = TraceParent(
            traceID: parent?.traceID ?? Self.newTraceID(), spanID: Self.newSpanID(),
            isSampled: parent?.isSampled ?? (sampleRatio > 0 && .random(in: 0..<1) < sampleRatio),
            state: parent?.state ?? "")
        context.traceParent = own
        return W3CSpan(
            operationName, context: context, traceParent: own, parent: parent, kind: kind,
            start: instant().nanosecondsSinceEpoch, export: export)
    }

    package func forceFlush() {}

    // MARK: Headers

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let header = extractor.extract(key: TraceParent.key, from: carrier) else { return }
        let state = extractor.extract(key: TraceParent.stateKey, from: carrier) ?? ""
        context.traceParent = TraceParent(header: header, state: state)
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let parent = context.traceParent else { return }
        injector.inject(parent.header, forKey: TraceParent.key, into: &carrier)
        guard !parent.state.isEmpty else { return }
        injector.inject(parent.state, forKey: TraceParent.stateKey, into: &carrier)
    }

    // MARK: Ids

    private static func newTraceID() -> TraceParent.TraceID {
        TraceParent.TraceID(high: newSpanID(), low: .random(in: 0 ... .max))
    }

    private static func newSpanID() -> UInt64 { .random(in: 1 ... .max) }
}
