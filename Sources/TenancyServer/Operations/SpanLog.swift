internal import Instrumentation
package import Logging
package import W3CTrace

/// Puts finished spans into the log, so that a trace can be followed by its id through the logs of
/// all that take part.
///
/// Callers decide what is sampled, so what a second may bring is bounded.
package final class SpanLog: Sendable {
    /// How many spans of one second are logged; the rest are counted.
    package static let spansPerSecondMax = 1000

    private let log: BoundedLog

    package init(logger: Logger) {
        log = BoundedLog(logger, linesPerSecondMax: Self.spansPerSecondMax)
    }

    package func record(_ span: FinishedSpan) {
        log.write(.info, "span", Self.metadata(of: span))
    }

    private static func metadata(of span: FinishedSpan) -> Logger.Metadata {
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
        return metadata
    }
}

extension Logger.MetadataProvider {
    /// Adds the trace and the span that a line belongs to.
    package static let trace = Logger.MetadataProvider {
        guard let parent = InstrumentationContext.current?.traceParent else { return [:] }
        return ["trace_id": "\(parent.traceIDText)", "span_id": "\(parent.spanIDText)"]
    }
}
