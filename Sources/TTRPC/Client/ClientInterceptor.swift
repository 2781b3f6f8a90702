/// Looks at every call of a client before it is sent: adds credentials, a trace, a default
/// deadline.
public protocol ClientInterceptor: Sendable {
    /// Called once for each call, however often it is tried, on the caller's thread; answers from
    /// memory.
    ///
    /// - Throws: `RPCError` to fail the call without sending it.
    func prepare(
        _ options: inout CallOptions, service: String, method: String
    ) throws(RPCError)
}
