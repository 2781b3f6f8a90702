internal import TestProtos
internal import Testing

@testable internal import TTRPC

@Suite("Generated stubs and handlers", .timeLimit(.minutes(10)))
struct GeneratedStubTests {
    /// The service as its .proto describes it.
    private struct Echo: EchoServiceHandler {
        func unary(_ request: EchoRequest, context: ServerContext) async throws -> EchoResponse {
            answer(request, 0)
        }

        func serverStream(
            _ request: EchoRequest, responses: ResponseWriter<EchoResponse>, context: ServerContext
        ) async throws {
            for index in 0..<request.count { try await responses.write(answer(request, index)) }
        }

        func clientStream(
            _ requests: RequestStream<EchoRequest>, context: ServerContext
        ) async throws -> EchoResponse {
            var joined = EchoResponse()
            for try await request in requests { joined.text += request.text }
            return joined
        }

        func bidi(
            _ requests: RequestStream<EchoRequest>, responses: ResponseWriter<EchoResponse>,
            context: ServerContext
        ) async throws {
            for try await request in requests { try await responses.write(answer(request, 0)) }
        }

        private func answer(_ request: EchoRequest, _ index: Int32) -> EchoResponse {
            var response = EchoResponse()
            response.text = request.text
            response.payload = request.payload
            response.index = index
            return response
        }
    }

    private func request(_ text: String, count: Int32 = 0) -> EchoRequest {
        var request = EchoRequest()
        request.text = text
        request.count = count
        return request
    }

    private func run(_ body: (EchoServiceClient) async throws -> Void) async throws {
        try await TestServer.run(services: { Echo().register(on: &$0) }) { server in
            try await server.withClient { client in try await body(EchoServiceClient(client)) }
        }
    }

    @Test("messages go through every kind of call as they are")
    func everyKind() async throws {
        try await run { echo in
            let one = try await echo.unary(request("grüezi"))
            #expect(one.text == "grüezi")
            var indices: [Int32] = []
            for try await response in try await echo.serverStream(request("", count: 3)) {
                indices.append(response.index)
            }
            #expect(indices == [0, 1, 2])
            let upload = try await echo.clientStream()
            for text in ["a", "", "b"] { try await upload.write(request(text)) }
            let joined = try await upload.finish()
            #expect(joined.text == "ab")
            let call = try await echo.bidi()
            var answers = call.responses.makeAsyncIterator()
            for text in ["x", "y"] {
                try await call.requests.write(request(text))
                let answer = try await answers.next()
                #expect(answer?.text == text)
            }
            call.requests.finish()
            let end = try await answers.next()
            #expect(end == nil)
        }
    }

    @Test("a request that breaks a rule of the encoding is INVALID_ARGUMENT and names the field")
    func invalidRequest() async throws {
        let method = MethodDescriptor<RawMessage, RawMessage>(
            service: EchoServiceMethods.serviceName, method: "Unary", kind: .unary,
            isIdempotent: true)
        try await TestServer.run(services: { Echo().register(on: &$0) }) { server in
            try await server.withClient { client in
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(
                        method, RawMessage(bytes: [0x0a, 1, 0xff]), options: .defaults)
                }
                #expect(error?.code == .invalidArgument)
                #expect(error?.message.contains("text") == true)
            }
        }
    }
}
