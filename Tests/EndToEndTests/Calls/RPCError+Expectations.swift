internal import TTRPC
internal import TenancyAPI
internal import Testing

extension RPCError {
    /// The first detail of this type, named as protobuf names it.
    func detail<Message: WireMessage>(
        _ type: Message.Type, named name: String
    ) throws -> Message? {
        guard let any = details.first(where: { $0.typeURL == "type.googleapis.com/\(name)" })
        else { return nil }
        return try any.value.withUnsafeBytes { bytes in try Message(wire: bytes) }
    }

    var badRequest: Google_Rpc_BadRequest? {
        get throws { try detail(Google_Rpc_BadRequest.self, named: "google.rpc.BadRequest") }
    }

    var quotaFailure: Google_Rpc_QuotaFailure? {
        get throws { try detail(Google_Rpc_QuotaFailure.self, named: "google.rpc.QuotaFailure") }
    }

    var errorInfo: Google_Rpc_ErrorInfo? {
        get throws { try detail(Google_Rpc_ErrorInfo.self, named: "google.rpc.ErrorInfo") }
    }

    var retryInfo: Google_Rpc_RetryInfo? {
        get throws { try detail(Google_Rpc_RetryInfo.self, named: "google.rpc.RetryInfo") }
    }

    var resourceInfo: Google_Rpc_ResourceInfo? {
        get throws { try detail(Google_Rpc_ResourceInfo.self, named: "google.rpc.ResourceInfo") }
    }

    /// The fields a BadRequest names, in its order.
    var violatedFields: [String] {
        get throws { try badRequest?.fieldViolations.map(\.field) ?? [] }
    }
}

/// Makes a call that must fail with `code`, and answers with the failure.
@discardableResult
func expectFailure<Answer>(
    _ code: RPCError.Code, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ call: () async throws -> Answer
) async throws -> RPCError {
    do {
        let answer = try await call()
        Issue.record("\(code) expected, answered: \(answer)", sourceLocation: sourceLocation)
        throw UnexpectedSuccess()
    } catch let error as RPCError {
        #expect(error.code == code, comment ?? "\(error)", sourceLocation: sourceLocation)
        return error
    }
}

/// A call succeeded that should have been refused.
struct UnexpectedSuccess: Error {}
