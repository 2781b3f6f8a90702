package import Instrumentation
internal import Synchronization
package import Tracing

/// A piece of work of a trace, while it lasts.
package final class W3CSpan: Span {
    /// How many events and errors a span keeps.
    static let eventsMax = 32

    private struct State {
        var name: String
        var attributes = SpanAttributes()
        var events: [String] = []
        var status: SpanStatus?
        var hasEnded = false
    }

    package let context: InstrumentationContext
    private let traceParent: TraceParent
    private let parent: TraceParent?
    private let kind: SpanKind
    private let start: UInt64
    private let export: @Sendable (FinishedSpan) -> Void
    private let state: Mutex<State>

    init(
        _ name: String, context: InstrumentationContext, traceParent: TraceParent,
        parent: TraceParent?, kind: SpanKind, start: UInt64,
        export: @escaping @Sendable (FinishedSpan) -> Void
    ) {
        self.context = context
        self.traceParent = traceParent
        self.parent = parent
        self.kind = kind
        self.start = start
        self.export = export
        state = Mutex(State(name: name))
    }

    /// Whether anybody will see what is recorded.
    package var isRecording: Bool { traceParent.isSampled }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { if isRecording { state.withLock { $0.attributes = newValue } } }
    }

    package func setStatus(_ status: SpanStatus) {
        state.withLock { $0.status = status }
    }

    package func addEvent(_ event: SpanEvent) {
        add(event.name)
    }

    /// The kind of the error, not its text: that may hold what belongs to a tenant.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        add("\(type(of: error))")
    }

    private func add(_ event: String) {
        guard isRecording else { return }
        state.withLock { state in
            if state.events.count < Self.eventsMax { state.events.append(event) }
        }
    }

    /// Links lead to other traces; nothing here makes one.
    package func addLink(_ link: SpanLink) {}

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let ended = state.withLock { state -> State? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state
        }
        guard isRecording, let ended else { return }
        var attributes: [String: String] = [:]
        ended.attributes.forEach { key, value in attributes[key] = Self.text(value) }
        export(
            FinishedSpan(
                name: ended.name, kind: kind, traceParent: traceParent,
                parentSpanID: parent?.spanID, startNanoseconds: start,
                durationNanoseconds: end > start ? end - start : 0, attributes: attributes,
                events: ended.events, isError: ended.status?.code == .error))
    }

    private static func text(_ value: SpanAttribute) -> String {
        switch value {
        case .string(let text): text
        case .int32(let number): "\(number)"
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .stringConvertible(let value): "\(value)"
        default: "\(value)"
        }
    }
}

/// A span that has ended.
package struct FinishedSpan: Sendable {
    package let name: String
    package let kind: SpanKind
    package let traceParent: TraceParent
    /// Nil for the first span of its trace.
    package let parentSpanID: UInt64?
    /// Since the Unix epoch.
    package let startNanoseconds: UInt64
    package let durationNanoseconds: UInt64
    package let attributes: [String: String]
    package let events: [String]
    package let isError: Bool
}
