/// Looks at every call before its handler and after its end.
///
/// All are synchronous and run on the connection's loop, the fast path included, so they
/// answer from memory. Identity, limits, the audit context and metrics are interceptors.
public protocol ServerInterceptor: Sendable {
    /// A connection has come; nothing of it has been read. Naming a limit that its peer is over
    /// closes it at once.
    func connectionAccepted(_ peer: Peer) -> String?

    /// A connection is open, TLS included. What is returned is kept for all its calls.
    ///
    /// - Throws: `RPCError` to refuse the connection: it closes at once.
    func connectionOpened(_ peer: Peer) throws(RPCError) -> (any AnyObject & Sendable)?

    /// A call is about to be dispatched; `context` may be given an attachment.
    ///
    /// - Throws: `RPCError` to refuse the call with that status.
    func admit(_ context: inout ServerContext) throws(RPCError)

    /// For whom a call is whose handler is about to begin. What a request says need not be true.
    func party(of context: borrowing ServerContext) -> CallParty

    /// A call has ended, with `.ok` or the code of its failure, after `duration`.
    func callEnded(_ context: borrowing ServerContext, code: RPCError.Code, duration: Duration)
}

extension ServerInterceptor {
    public func connectionAccepted(_ peer: Peer) -> String? { nil }
    public func connectionOpened(
        _ peer: Peer
    ) throws(RPCError) -> (any AnyObject & Sendable)? { nil }
    public func admit(_ context: inout ServerContext) throws(RPCError) {}
    public func party(of context: borrowing ServerContext) -> CallParty { .request }
    public func callEnded(
        _ context: borrowing ServerContext, code: RPCError.Code, duration: Duration
    ) {}
}
