/// An interceptor as every call meets it: an object, since to hand a value of an unknown type on
/// copies it.
protocol AnyInterceptor: AnyObject, Sendable {
    func connectionAccepted(_ peer: Peer) -> String?
    func connectionOpened(_ peer: Peer) throws(RPCError) -> (any AnyObject & Sendable)?
    func admit(_ context: inout ServerContext) throws(RPCError)
    func callEnded(_ context: borrowing ServerContext, code: RPCError.Code, duration: Duration)
}

final class InterceptorBox<Interceptor: ServerInterceptor>: AnyInterceptor {
    private let interceptor: Interceptor

    init(_ interceptor: Interceptor) { self.interceptor = interceptor }

    func connectionAccepted(_ peer: Peer) -> String? { interceptor.connectionAccepted(peer) }

    func connectionOpened(_ peer: Peer) throws(RPCError) -> (any AnyObject & Sendable)? {
        try interceptor.connectionOpened(peer)
    }

    func admit(_ context: inout ServerContext) throws(RPCError) {
        try interceptor.admit(&context)
    }

    func callEnded(
        _ context: borrowing ServerContext, code: RPCError.Code, duration: Duration
    ) {
        interceptor.callEnded(context, code: code, duration: duration)
    }
}
