internal import Instrumentation
internal import Synchronization
internal import Testing
internal import Tracing
internal import W3CTrace

@Suite("The tracer")
struct W3CTracerTests {
    private final class Spans: Sendable {
        private let all = Mutex<[FinishedSpan]>([])
        func append(_ span: FinishedSpan) { all.withLock { $0.append(span) } }
        var list: [FinishedSpan] { all.withLock { $0 } }
    }

    private struct Headers: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
            carrier[key] = value
        }
    }

    private let spans = Spans()

    private func tracer(ratio: Double) -> W3CTracer {
        W3CTracer(sampleRatio: ratio) { [spans] in spans.append($0) }
    }

    @Test("A trace goes in by its header and out by one of the span's own")
    func through() throws {
        let tracer = tracer(ratio: 0)
        var context = InstrumentationContext.topLevel
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        tracer.extract(
            ["traceparent": header, "tracestate": "a=1"], into: &context, using: Headers())
        let span = tracer.startSpan("work", context: context, ofKind: .server)
        span.attributes["answer"] = 42
        var out: [String: String] = [:]
        tracer.inject(span.context, into: &out, using: Headers())
        span.setStatus(SpanStatus(code: .error))
        span.end()
        span.end()
        let sent = try #require(out["traceparent"].flatMap { TraceParent(header: $0) })
        #expect(sent.traceIDText == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(sent.spanIDText != "00f067aa0ba902b7")
        #expect(out["tracestate"] == "a=1")
        let finished = try #require(spans.list.first)
        #expect(spans.list.count == 1)
        #expect(finished.parentSpanID.map { TraceParent.text($0) } == "00f067aa0ba902b7")
        #expect(finished.traceParent == TraceParent(header: sent.header, state: "a=1"))
        #expect(finished.attributes == ["answer": "42"])
        #expect(finished.isError)
    }

    @Test("Spans inside one another are of one trace")
    func nested() throws {
        try tracer(ratio: 1).withSpan("outer") { outer in
            let inner = try tracer(ratio: 1).withSpan("inner") { span in
                try #require(span.context.traceParent)
            }
            #expect(inner.traceID == outer.context.traceParent?.traceID)
        }
        #expect(spans.list.map(\.name) == ["inner", "outer"])
        #expect(spans.list[0].parentSpanID == spans.list[1].traceParent.spanID)
        #expect(spans.list[1].parentSpanID == nil)
    }

    @Test("What is not sampled is carried and not recorded")
    func notSampled() {
        let span = tracer(ratio: 0).startSpan("work", context: .topLevel)
        #expect(!span.isRecording)
        #expect(span.context.traceParent?.isSampled == false)
        span.end()
        #expect(spans.list.isEmpty)
    }

    @Test("A header that breaks the standard is none")
    func badHeader() {
        var context = InstrumentationContext.topLevel
        tracer(ratio: 0).extract(["traceparent": "nonsense"], into: &context, using: Headers())
        #expect(context.traceParent == nil)
        var out: [String: String] = [:]
        tracer(ratio: 0).inject(context, into: &out, using: Headers())
        #expect(out.isEmpty)
    }
}
