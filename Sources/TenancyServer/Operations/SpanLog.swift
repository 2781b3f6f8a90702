internal import Instrumentation
package import Logging
internal import Synchronization
package import W3CTrace

/// Puts finished spans into the log, so that a trace can be followed by its id through the logs of
/// all that take part.
///
/// Callers decide what is sampled, so what a second may bring is bounded.
package final class SpanLog: Sendable {
    /// How many spans of one second are logged; the rest are counted.
    package static let spansPerSecondMax = 1000

    private struct Window {
        var second: UInt64 = 0
        var count = 0
        var dropped = 0
    }

    private let logger: Logger
    private let window = Mutex(Window())

    package init(logger: Logger) {
        self.logger = logger
    }

    package func record(_ span: FinishedSpan) {
        let end = span.startNanoseconds + span.durationNanoseconds
        guard let dropped = admit(second: end / 1_000_000_000) else { return }
        var metadata: Logger.Metadata = [
            "trace_id": "\(span.traceParent.traceIDText)",
            "span_id": "\(span.traceParent.spanIDText)", "name": "\(span.name)",
            "kind": "\(span.kind)", "duration_us": "\(span.durationNanoseconds / 1000)",
            "status": span.isError ? "error" : "ok",
        ]
        if let parent = span.parentSpanID {
            metadata["parent_span_id"] = "\(TraceParent.text(parent))"
        }
        for (key, value) in span.attributes { metadata[key] = "\(value)" }
        if !span.events.isEmpty {
            metadata["events"] = "\(span.events.joined(separator: ", "))"
        }
        if dropped > 0 { metadata["spans_dropped_before"] = "\(dropped)" }
        logger.info("span", metadata: metadata)
    }

    /// Counts a span in. Nil when its second is full, else how many were dropped before it.
    private func admit(second: UInt64) -> Int? {
        window.withLock { window in
            if window.second != second {
                window.second = second
                window.count = 0
            }
            guard window.count < Self.spansPerSecondMax else {
                window.dropped += 1
                return nil
            }
            window.count += 1
            defer { window.dropped = 0 }
            return window.dropped
        }
    }
}

extension Logger.MetadataProvider {
    /// Adds the trace and the span that a line belongs to.
    package static let trace = Logger.MetadataProvider {
        guard let parent = InstrumentationContext.current?.traceParent else { return [:] }
        return ["trace_id": "\(parent.traceIDText)", "span_id": "\(parent.spanIDText)"]
    }
}
