internal import Synchronization
internal import Testing

@testable internal import TTRPC

@Suite("What interceptors of a client see", .timeLimit(.minutes(10)))
struct ClientInterceptorTests {
    private final class Recorder: ClientInterceptor {
        let lines = Mutex<[String]>([])
        let ended = Counter()

        func prepare(
            _ options: inout CallOptions, service: String, method: String
        ) throws(RPCError) {
            options.metadata["x-prepared"] = method
        }

        func observe(
            _ options: inout CallOptions, service: String, method: String
        ) -> (@Sendable (RPCError?) -> Void)? {
            let prepared = options.metadata["x-prepared"] ?? "-"
            return { [self] failure in
                lines.withLock { $0.append("\(prepared) \(failure?.code ?? .ok)") }
                ended.increment()
            }
        }
    }

    @Test("the end of every kind of call is told once, with its failure")
    func ends() async throws {
        let recorder = Recorder()
        var configuration = ClientConfiguration()
        configuration.interceptors = [recorder]
        try await TestServer.run { server in
            try await server.withClient(configuration) { client in
                _ = try await client.unary(
                    EchoMethods.unary, RawMessage("x"), options: .defaults)
                await #expect(throws: RPCError.self) {
                    try await client.unary(EchoMethods.fail, RawMessage(""), options: .defaults)
                }
                let answers = try await client.serverStreaming(
                    EchoMethods.serverStream, RawMessage("3"), options: .defaults)
                for try await _ in answers {}
                let call = try await client.clientStreaming(
                    EchoMethods.clientStream, options: .defaults)
                _ = try await call.finish()
                await #expect(throws: RPCError.self) {
                    // On a busy machine the time may be over before there is a stream.
                    let endless = try await client.serverStreaming(
                        EchoMethods.endless, RawMessage("x"),
                        options: .init(timeout: .milliseconds(20)))
                    for try await _ in endless {}
                }
            }
        }
        try await recorder.ended.reaches(5)
        #expect(
            recorder.lines.withLock { $0 } == [
                "Unary OK", "Fail FAILED_PRECONDITION", "ServerStream OK", "ClientStream OK",
                "Endless DEADLINE_EXCEEDED",
            ])
    }
}
