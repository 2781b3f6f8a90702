/// Interceptors as every call meets them: a chain of objects, each of which knows the next one. To
/// hand a value of an unknown type on copies it, and to walk a list holds and lets go of each.
protocol AnyInterceptor: AnyObject, Sendable {
    func connectionAccepted(_ peer: Peer) -> String?
    func connectionOpened(_ peer: Peer) throws(RPCError) -> (any AnyObject & Sendable)?
    func admit(_ context: inout ServerContext) throws(RPCError)
    func party(of context: borrowing ServerContext) -> CallParty
    func callEnded(_ context: borrowing ServerContext, code: RPCError.Code, duration: Duration)
}

/// One interceptor, and those after it.
final class InterceptorBox<Interceptor: ServerInterceptor>: AnyInterceptor {
    private let interceptor: Interceptor
    private let next: (any AnyInterceptor)?

    init(_ interceptor: Interceptor, before next: (any AnyInterceptor)?) {
        self.interceptor = interceptor
        self.next = next
    }

    func connectionAccepted(_ peer: Peer) -> String? {
        interceptor.connectionAccepted(peer) ?? next?.connectionAccepted(peer)
    }

    /// What the last one of them returns that returns anything.
    func connectionOpened(_ peer: Peer) throws(RPCError) -> (any AnyObject & Sendable)? {
        let value = try interceptor.connectionOpened(peer)
        return try next?.connectionOpened(peer) ?? value
    }

    func admit(_ context: inout ServerContext) throws(RPCError) {
        try interceptor.admit(&context)
        try next?.admit(&context)
    }

    /// What the first of them says that says anything.
    func party(of context: borrowing ServerContext) -> CallParty {
        let party = interceptor.party(of: context)
        return party == .request ? next?.party(of: context) ?? party : party
    }

    func callEnded(
        _ context: borrowing ServerContext, code: RPCError.Code, duration: Duration
    ) {
        interceptor.callEnded(context, code: code, duration: duration)
        next?.callEnded(context, code: code, duration: duration)
    }
}
