/// Looks at every call of a client before it is sent, and after its end: adds credentials, a
/// trace, a default deadline; counts, measures.
public protocol ClientInterceptor: Sendable {
    /// Called once for each call, however often it is tried, on the caller's thread; answers from
    /// memory.
    ///
    /// - Throws: `RPCError` to fail the call without sending it.
    func prepare(
        _ options: inout CallOptions, service: String, method: String
    ) throws(RPCError)

    /// Called once for each call, after every interceptor has prepared it, and may add to it what
    /// only this call has, such as its span. What is returned is called once, when the call has
    /// ended: with its failure, or nil where it has none. It runs on the caller's thread or on a
    /// loop's, and answers from memory.
    func observe(
        _ options: inout CallOptions, service: String, method: String
    ) -> (@Sendable (RPCError?) -> Void)?
}

extension ClientInterceptor {
    public func prepare(
        _ options: inout CallOptions, service: String, method: String
    ) throws(RPCError) {}

    public func observe(
        _ options: inout CallOptions, service: String, method: String
    ) -> (@Sendable (RPCError?) -> Void)? { nil }
}
