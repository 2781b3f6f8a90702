public import TTRPC

/// What a caller shows of itself with every call: an API key or a tenant token, sent as
/// `authorization: Bearer` metadata.
public struct Credentials: ClientInterceptor {
    private static let key = "authorization"

    private let value: String

    /// - Parameter token: An API key (`vym_…`) or a tenant token. It is sent to whatever server
    ///   the client connects to, so over TCP only behind TLS.
    public init(bearer token: String) {
        value = "Bearer \(token)"
    }

    /// Adds the token to a call that does not bring its own.
    public func prepare(
        _ options: inout CallOptions, service: String, method: String
    ) throws(RPCError) {
        guard options.metadata[Self.key] == nil else { return }
        options.metadata.append(value, for: Self.key)
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the token: it must not get into a log.
    public var description: String { "Credentials(bearer: …)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
