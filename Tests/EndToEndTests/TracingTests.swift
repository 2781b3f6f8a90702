internal import Instrumentation
internal import Synchronization
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing
internal import Tracing
internal import W3CTrace

@Suite("Traces", .timeLimit(.minutes(5)))
struct TracingTests {
    @Test("go from a caller's metadata through the handler into the log")
    func metadata() async throws {
        let deployment = try await Deployment(settings: ["TENANCY_LOG_LEVEL": "debug"])
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let outcome = try await deployment.control(
            .unix,
            [
                "call", "TenantService/GetTenant", #"{"tenantCode":"default"}"#, "--offline",
                "--metadata", "traceparent=00-\(trace)-00f067aa0ba902b7-01",
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = try deployment.logLines(with: trace)
        let span = try #require(lines.first { $0["message"] == "span" })
        #expect(span["name"] == "bfc.tenancy.v1.TenantService/GetTenant")
        #expect(span["kind"] == "server")
        #expect(span["parent_span_id"] == "00f067aa0ba902b7")
        #expect(span["rpc.response.status_code"] == "OK")
        let call = try #require(lines.first { $0["message"] == "call" })
        #expect(call["trace_id"] == trace)
        #expect(call["span_id"] == span["span_id"])
        #expect(call["level"] == "debug")
        try await deployment.shutdown()
    }

    @Test("begin in a caller's span, which the client library hands on by itself")
    func clientLibrary() async throws {
        let deployment = try await Deployment()
        let client = try TenancyClient(socketPath: deployment.socket)
        let spans = FinishedSpans()
        let tracer = W3CTracer(sampleRatio: 1) { spans.append($0) }
        try await withTracer(tracer) {
            try await tracer.withSpan("caller") { _ in
                _ = try await client.health.check(.init())
            }
        }
        await client.close()
        let names = spans.all.map(\.name)
        #expect(names == ["grpc.health.v1.Health/Check", "caller"])
        let call = try #require(spans.all.first)
        let trace = call.traceParent.traceIDText
        let span = try #require(
            try deployment.logLines(with: trace).first { $0["message"] == "span" })
        #expect(span["parent_span_id"] == call.traceParent.spanIDText)
        try await deployment.shutdown()
    }
}

/// The spans that ended in this process.
private final class FinishedSpans: Sendable {
    private let spans = Mutex<[FinishedSpan]>([])

    var all: [FinishedSpan] { spans.withLock { $0 } }

    func append(_ span: FinishedSpan) {
        spans.withLock { $0.append(span) }
    }
}
