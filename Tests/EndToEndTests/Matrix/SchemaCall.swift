internal import ProtobufSchema
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient

/// A call by the schema alone: method by name, request as JSON.
struct SchemaCall {
    private static let codec = Result { () throws -> MessageCodec in
        MessageCodec(
            schema: try Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet))
    }

    let service: TenancyServices.Service
    let method: TenancyServices.Method

    /// Every method of the tenancy services.
    static var all: [SchemaCall] {
        TenancyServices.all.filter { $0.name.hasPrefix("bfc.tenancy.v1.") }.flatMap { service in
            service.methods.map { SchemaCall(service: service, method: $0) }
        }
    }

    /// "TenantService/GetTenant".
    var name: String {
        "\(service.name.split(separator: ".").last ?? "")/\(method.name)"
    }

    /// How the call ended: the status with its message and the reasons in its details, or nil when
    /// the first answer came. What is not told apart here is not told apart by a caller.
    func outcome(
        _ json: String, through client: TenancyClient, options: CallOptions
    ) async throws -> Outcome? {
        let request = RawMessage(
            bytes: try Self.codec.get().encode(json: json, as: method.request))
        let descriptor = MethodDescriptor<RawMessage, RawMessage>(
            service: service.name, method: method.name, kind: method.kind,
            isIdempotent: method.isIdempotent)
        do {
            switch method.kind {
            case .unary:
                _ = try await client.caller.unary(descriptor, request, options: options)
            case .serverStreaming:
                let answers = try await client.caller.serverStreaming(
                    descriptor, request, options: options)
                var first = answers.makeAsyncIterator()
                _ = try await first.next()
            case .bidirectionalStreaming:
                let call: BidirectionalCall<RawMessage, RawMessage> =
                    try await client.caller.bidirectional(descriptor, options: options)
                try await call.requests.write(request)
                call.requests.finish()
                for try await _ in call.responses {}
            case .clientStreaming: throw UnexpectedKind()
            }
            return nil
        } catch let error as RPCError {
            return Outcome(
                code: error.code, message: error.message, reason: try error.errorInfo?.reason,
                details: error.details.map(\.typeURL))
        }
    }

    /// The answer of a unary call as JSON.
    ///
    /// - Throws: `RPCError`.
    func answer(_ json: String, through client: TenancyClient) async throws -> String {
        let codec = try Self.codec.get()
        let descriptor = MethodDescriptor<RawMessage, RawMessage>(
            service: service.name, method: method.name, kind: .unary, isIdempotent: false)
        let answer = try await client.caller.unary(
            descriptor, RawMessage(bytes: try codec.encode(json: json, as: method.request)),
            options: .defaults)
        return try codec.decode(answer.bytes, as: method.response).text()
    }

    /// Whether the request has this field, by its name in JSON.
    func takes(_ field: String) throws -> Bool {
        (try? Self.codec.get().encode(json: #"{"\#(field)":null}"#, as: method.request)) != nil
    }

    struct Outcome: Equatable {
        let code: RPCError.Code
        let message: String
        let reason: String?
        let details: [String]
    }

    /// No tenancy method is of this kind.
    struct UnexpectedKind: Error {}
}
