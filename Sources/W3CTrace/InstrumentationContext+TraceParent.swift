package import Instrumentation

extension InstrumentationContext {
    private enum TraceParentKey: InstrumentationContextKey {
        typealias Value = TraceParent
        static var nameOverride: String? { TraceParent.key }
    }

    /// The span that this belongs to, of this process or of a caller's.
    package var traceParent: TraceParent? {
        get { self[TraceParentKey.self] }
        set { self[TraceParentKey.self] = newValue }
    }
}
