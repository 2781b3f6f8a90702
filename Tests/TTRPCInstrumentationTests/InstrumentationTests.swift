internal import CoreMetrics
internal import Foundation
internal import Instrumentation
internal import PrometheusMetrics
internal import Synchronization
internal import TTRPC
internal import TTRPCInstrumentation
internal import Testing
internal import Tracing
internal import W3CTrace

@Suite("Calls as metrics and traces see them", .timeLimit(.minutes(10)))
struct InstrumentationTests {
    private static let echo = MethodDescriptor<RawMessage, RawMessage>(
        service: "test.Echo", method: "Unary", kind: .unary, isIdempotent: true)
    private static let fail = MethodDescriptor<RawMessage, RawMessage>(
        service: "test.Echo", method: "Fail", kind: .unary, isIdempotent: true)
    private static let stream = MethodDescriptor<RawMessage, RawMessage>(
        service: "test.Echo", method: "Stream", kind: .serverStreaming, isIdempotent: false)

    /// The spans that have ended, and the trace that the handler ran in.
    private final class Seen: Sendable {
        private let state = Mutex((spans: [FinishedSpan](), handler: TraceParent?.none))

        var spans: [FinishedSpan] { state.withLock { $0.spans } }
        var handler: TraceParent? { state.withLock { $0.handler } }

        func append(_ span: FinishedSpan) { state.withLock { $0.spans.append(span) } }

        func handlerRuns() {
            state.withLock { $0.handler = InstrumentationContext.current?.traceParent }
        }
    }

    private let registry = PrometheusRegistry()
    private let seen = Seen()

    /// A server and a client that measure and trace, on a socket of their own.
    private func run(
        beginsTraces: Bool = false, _ body: (TTRPCClient) async throws -> Void
    ) async throws {
        var router = Router()
        router.unary(Self.echo) { [seen] request, _ in
            seen.handlerRuns()
            return request
        }
        router.unary(Self.fail) { _, _ in throw RPCError(.notFound, "as asked") }
        router.serverStreaming(Self.stream) { request, writer, _ in
            try await writer.write(request)
        }
        let tracer = W3CTracer(sampleRatio: 1) { [seen] in seen.append($0) }
        let path = "/tmp/instrumentation-\(UInt64.random(in: 0 ... .max)).sock"
        let server = try TTRPCServer(
            router: router,
            interceptors: [
                ServerTracing(tracer: tracer, beginsTraces: beginsTraces),
                ServerMetrics(router: router, factory: registry),
            ], configuration: ServerConfiguration(listeners: [.init(.unix(path: path))]))
        let (ready, isReady) = AsyncStream<Never>.makeStream()
        let running = Task { try await server.run { _ in isReady.finish() } }
        for await _ in ready {}
        var configuration = ClientConfiguration()
        configuration.interceptors = [
            ClientTracing(), ClientMetrics(methods: router.methodNames, factory: registry),
        ]
        let client = try TTRPCClient(address: .unix(path: path), configuration: configuration)
        try await withTracer(tracer) { try await body(client) }
        await client.close()
        running.cancel()
        try await running.value
    }

    private func lines(_ prefix: String) -> [String] {
        registry.page().split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
    }

    @Test("Both sides count every call by its method and its status")
    func metrics() async throws {
        try await run { client in
            for _ in 0..<3 {
                _ = try await client.unary(Self.echo, RawMessage(bytes: []), options: .defaults)
            }
            await #expect(throws: RPCError.self) {
                try await client.unary(Self.fail, RawMessage(bytes: []), options: .defaults)
            }
            for try await _ in try await client.serverStreaming(
                Self.stream, RawMessage(bytes: [1]), options: .defaults)
            {}
        }
        for side in ["server", "client"] {
            let count = "rpc_\(side)_call_duration_seconds_count"
            #expect(
                lines(count) == [
                    #"\#(count){error_type="NOT_FOUND",rpc_method="test.Echo/Fail","#
                        + #"rpc_response_status_code="NOT_FOUND",rpc_system_name="ttrpc"} 1"#,
                    #"\#(count){rpc_method="test.Echo/Stream","#
                        + #"rpc_response_status_code="OK",rpc_system_name="ttrpc"} 1"#,
                    #"\#(count){rpc_method="test.Echo/Unary","#
                        + #"rpc_response_status_code="OK",rpc_system_name="ttrpc"} 3"#,
                ])
        }
    }

    @Test("A call within a span is a span of the client's and one of the server's, in one trace")
    func traces() async throws {
        try await run { client in
            try await InstrumentationSystem.tracer.withSpan("outer") { _ in
                _ = try await client.unary(Self.echo, RawMessage(bytes: []), options: .defaults)
            }
        }
        let spans = seen.spans
        let outer = try #require(spans.first { $0.name == "outer" })
        let client = try #require(spans.first { $0.kind == .client })
        let server = try #require(spans.first { $0.kind == .server })
        #expect(spans.count == 3)
        #expect(Set(spans.map(\.traceParent.traceID)).count == 1)
        #expect(client.parentSpanID == outer.traceParent.spanID)
        #expect(server.parentSpanID == client.traceParent.spanID)
        #expect(seen.handler == server.traceParent)
        #expect(
            server.attributes == [
                "rpc.system.name": "ttrpc", "rpc.method": "test.Echo/Unary",
                "rpc.response.status_code": "OK",
            ])
    }

    @Test("What is the caller's fault is an error of the client's span alone")
    func errors() async throws {
        try await run { client in
            await InstrumentationSystem.tracer.withSpan("outer") { _ in
                _ = await #expect(throws: RPCError.self) {
                    try await client.unary(Self.fail, RawMessage(bytes: []), options: .defaults)
                }
            }
        }
        #expect(seen.spans.first { $0.kind == .client }?.isError == true)
        #expect(seen.spans.first { $0.kind == .server }?.isError == false)
    }

    @Test("A call without a trace has none, or begins one where that is wanted")
    func roots() async throws {
        try await run { client in
            _ = try await client.unary(Self.echo, RawMessage(bytes: []), options: .defaults)
        }
        #expect(seen.spans.isEmpty)
        #expect(seen.handler == nil)
        try await run(beginsTraces: true) { client in
            _ = try await client.unary(Self.echo, RawMessage(bytes: []), options: .defaults)
        }
        #expect(seen.spans.map(\.kind) == [.server])
        #expect(seen.spans.first?.parentSpanID == nil)
    }
}
