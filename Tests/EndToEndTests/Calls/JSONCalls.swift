internal import ProtobufSchema
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

/// Calls of the Swift client whose requests and answers are JSON.
struct JSONCalls {
    let client: TenancyClient
    private let codec: MessageCodec

    init(client: TenancyClient) {
        self.client = client
        // The descriptors are the program's own; a test that cannot read them fails at its calls.
        let schema = (try? Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet))
        codec = MessageCodec(
            schema: schema ?? Schema(files: []), options: .init(includeDefaults: true))
    }

    /// Makes a unary call, and expects at least these fields in its answer.
    @discardableResult
    func call(
        _ name: String, _ json: String, answers expected: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONAnswer {
        let call = try #require(SchemaCall.all.first { $0.name == name })
        let method = MethodDescriptor<RawMessage, RawMessage>(
            service: call.service.name, method: call.method.name, kind: .unary,
            isIdempotent: false)
        let answer = try await client.caller.unary(
            method, RawMessage(bytes: try codec.encode(json: json, as: call.method.request)),
            options: .defaults)
        let text = try codec.decode(answer.bytes, as: call.method.response).text()
        let found = try JSONAnswer(text)
        #expect(
            found.contains(try JSONAnswer(expected)), "\(name): \(text)",
            sourceLocation: sourceLocation)
        return found
    }
}
