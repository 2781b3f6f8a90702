/// Why one call failed: a gRPC status.
///
/// The code tells a program what to do, the message tells a person what happened, and the details
/// (`google.rpc.ErrorInfo`, `BadRequest`, `QuotaFailure`, `RetryInfo`) tell which field, which
/// limit, and when to try again.
public struct RPCError: Error, Sendable, Hashable {
    /// What kind of failure; never `.ok`.
    public var code: Code
    /// What happened, for a person. Holds no secret and no value of another tenant's.
    public var message: String
    /// Messages that say more, as `google.protobuf.Any`.
    public var details: [AnyMessage]

    public init(_ code: Code, _ message: String, details: [AnyMessage] = []) {
        self.code = code
        self.message = message
        self.details = details
    }
}

extension RPCError: CustomStringConvertible {
    public var description: String { "\(code): \(message)" }
}

/// A `google.protobuf.Any`: a serialized message and the name of its type.
public struct AnyMessage: Sendable, Hashable {
    /// `type.googleapis.com/` and the message's full name.
    public var typeURL: String
    /// The serialized message.
    public var value: [UInt8]

    public init(typeURL: String, value: [UInt8]) {
        self.typeURL = typeURL
        self.value = value
    }
}
