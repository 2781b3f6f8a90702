internal import Glibc
internal import TTRPC
internal import TestProtos

/// The service as its .proto describes it.
struct EchoHandler: EchoServiceHandler {
    func unary(_ request: EchoRequest, context: ServerContext) async throws -> EchoResponse {
        try await answer(request, 0, context)
    }

    func serverStream(
        _ request: EchoRequest, responses: ResponseWriter<EchoResponse>, context: ServerContext
    ) async throws {
        for index in 0..<max(0, request.count) {
            try await responses.write(try await answer(request, index, context))
        }
        if request.count <= 0 { _ = try await answer(request, 0, context) }
    }

    func clientStream(
        _ requests: RequestStream<EchoRequest>, context: ServerContext
    ) async throws -> EchoResponse {
        var joined = EchoResponse()
        for try await request in requests {
            let answer = try await answer(request, 0, context)
            joined.text += answer.text
            joined.payload += answer.payload
            joined.metadata = answer.metadata
            joined.index += 1
        }
        return joined
    }

    func bidi(
        _ requests: RequestStream<EchoRequest>, responses: ResponseWriter<EchoResponse>,
        context: ServerContext
    ) async throws {
        var index: Int32 = 0
        for try await request in requests {
            try await responses.write(try await answer(request, index, context))
            index += 1
        }
    }

    private func answer(
        _ request: EchoRequest, _ index: Int32, _ context: ServerContext
    ) async throws -> EchoResponse {
        if request.delayMs > 0 {
            // Who tries something meanwhile waits for this line.
            print("began")
            fflush(nil)
            try await Task.sleep(for: .milliseconds(request.delayMs))
        }
        if request.failWith != 0 {
            throw RPCError(RPCError.Code(rawValue: request.failWith), request.text)
        }
        var response = EchoResponse(text: request.text, index: index, payload: request.payload)
        if request.responseBytes > 0 {
            response.payload = [UInt8](repeating: 7, count: Int(request.responseBytes))
        }
        if request.showMetadata {
            response.metadata = context.metadata.pairs.map { "\($0.key)=\($0.value)" }
        }
        return response
    }
}
