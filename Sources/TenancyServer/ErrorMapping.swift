internal import TTRPC
internal import Tenancy
internal import TenancyAPI

/// The one place where an error of the domain becomes a status of the wire.
enum ErrorMapping {
    /// The domain of every `ErrorInfo.reason` below.
    static let domain = "tenancy.bfc"

    static func rpcError(for error: any Error) -> RPCError? {
        (error as? DomainError).map { status(for: $0) }
    }

    /// - Parameter resourceName: What the caller called the thing that is there already.
    static func status(for error: DomainError, resourceName: String = "") -> RPCError {
        let (code, details) = parts(of: error, resourceName)
        var status = RPCError(code, error.message)
        // Details are a courtesy: an error that cannot be described is still answered.
        for detail in details {
            if let packed = try? detail() { status.details.append(packed) }
        }
        return status
    }

    /// The status as a message, for an answer that holds several.
    static func message(for error: DomainError) -> Google_Rpc_Status {
        let status = status(for: error)
        return Google_Rpc_Status(
            code: Int32(status.code.rawValue), message: status.message,
            details: status.details.map {
                Google_Protobuf_Any(typeUrl: $0.typeURL, value: $0.value)
            })
    }

    /// Runs `body`; what it finds to be there already is called by the name that the caller gave.
    static func naming<Value>(
        _ resourceName: String, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as DomainError {
            guard case .alreadyExists = error.code else { throw error }
            throw status(for: error, resourceName: resourceName)
        }
    }

    private typealias Detail = () throws(RPCError) -> AnyMessage

    private static func parts(
        of error: DomainError, _ resourceName: String
    ) -> (RPCError.Code, [Detail]) {
        switch error.code {
        case .invalidArgument(let violations):
            return (.invalidArgument, [badRequest(violations), info("INVALID_ARGUMENT")])
        case .notFound: return (.notFound, [info("NOT_FOUND")])
        case .alreadyExists(let field):
            return (
                .alreadyExists,
                [
                    info("ALREADY_EXISTS", ["field": field]),
                    resource(field, resourceName, error.message),
                ]
            )
        case .quotaExceeded(let excess):
            return (
                .resourceExhausted,
                [quotaFailure(excess, error.message), quotaInfo(excess)]
                    + retryAfter(excess)
            )
        case .failedPrecondition(let precondition):
            return (.failedPrecondition, [info(precondition.rawValue, error.metadata)])
        case .tooMany(let limit):
            return (
                .resourceExhausted,
                [info(limit.rawValue, error.metadata)] + retryAfter(error.metadata)
            )
        case .versionMismatch: return (.aborted, [info("VERSION_MISMATCH", error.metadata)])
        case .idempotencyKeyReused:
            return (.failedPrecondition, [info("IDEMPOTENCY_KEY_REUSED")])
        case .aborted: return (.aborted, [info("CONCURRENT_CHANGE"), retry])
        case .unauthenticated: return (.unauthenticated, [info("UNAUTHENTICATED")])
        case .keySuperseded:
            return (.unauthenticated, [info("API_KEY_SUPERSEDED", error.metadata)])
        case .permissionDenied: return (.permissionDenied, [info("PERMISSION_DENIED")])
        case .unavailable: return (.unavailable, [info("UNAVAILABLE"), retry])
        case .deadlineExceeded: return (.deadlineExceeded, [])
        case .cancelled: return (.cancelled, [])
        case .internalFailure: return (.internal, [])
        }
    }

    // MARK: - Details

    private static func info(_ reason: String, _ metadata: [String: String] = [:]) -> Detail {
        {
            () throws(RPCError) in
            try AnyMessage(
                packing: Google_Rpc_ErrorInfo(reason: reason, domain: domain, metadata: metadata))
        }
    }

    private static func badRequest(_ violations: [FieldViolation]) -> Detail {
        let fields = violations.map {
            Google_Rpc_BadRequest.FieldViolation(field: $0.field, description: $0.rule)
        }
        return {
            () throws(RPCError) in
            try AnyMessage(packing: Google_Rpc_BadRequest(fieldViolations: fields))
        }
    }

    private static func resource(
        _ field: String, _ name: String, _ text: String
    ) -> Detail {
        {
            () throws(RPCError) in
            try AnyMessage(
                packing: Google_Rpc_ResourceInfo(
                    resourceType: field, resourceName: name, owner: "", description: text))
        }
    }

    private static func quotaFailure(_ excess: QuotaExcess, _ text: String) -> Detail {
        {
            () throws(RPCError) in
            try AnyMessage(
                packing: Google_Rpc_QuotaFailure(violations: [
                    .init(
                        subject: excess.user.map { "user:\($0.text)" }
                            ?? "resource:\(excess.resource.rawValue)", description: text)
                ]))
        }
    }

    private static func quotaInfo(_ excess: QuotaExcess) -> Detail {
        info(
            "QUOTA_EXCEEDED",
            [
                "level": excess.user == nil ? "tenant" : "user",
                "resource": excess.resource.rawValue, "requested": String(excess.requested),
                "current": String(excess.current), "max": String(excess.max),
                "remaining": String(excess.remaining),
            ])
    }

    /// What others were asked to give back may be there in a moment; else time may bring units.
    private static func retryAfter(_ excess: QuotaExcess) -> [Detail] {
        if excess.isRecallable { return [retry] }
        return excess.retryAfterSeconds.map { [retry(seconds: $0)] } ?? []
    }

    /// When to come again, of an error that knows it.
    private static func retryAfter(_ metadata: [String: String]) -> [Detail] {
        metadata["retry_after_seconds"].flatMap { Int64($0) }.map { [retry(seconds: $0)] } ?? []
    }

    /// A tenth of a second: what is unavailable or in the way now is likely not to be then.
    private static var retry: Detail { retry(seconds: 0, nanos: 100_000_000) }

    private static func retry(seconds: Int64, nanos: Int32 = 0) -> Detail {
        {
            () throws(RPCError) in
            try AnyMessage(
                packing: Google_Rpc_RetryInfo(
                    retryDelay: Google_Protobuf_Duration(seconds: seconds, nanos: nanos)))
        }
    }
}
