package import Reactor

/// What a handler knows of its call besides the request.
public struct ServerContext: Sendable {
    let route: Route
    /// What came beside the request.
    public let metadata: Metadata
    /// When the caller gives up; nil when it waits for ever.
    package let deadline: MonotonicInstant?
    /// When the call had come: just after its bytes were read.
    package let receivedAt: MonotonicInstant
    /// The connection that the call came over.
    public let connection: ServerConnectionInfo
    /// What an interceptor left for the handler, such as who calls: an object, since every call
    /// looks at it, and to cast one costs next to nothing.
    public var attachment: (any AnyObject & Sendable)?
    /// What an interceptor puts around the handler, such as a trace; nil for nothing.
    public var scope: (any HandlerScope)?

    /// The service's full name.
    public var service: String { route.method.service }
    /// The method's name.
    public var method: String { route.method.name }
    /// Where the method stands in the router's `methodNames`: what keeps something for each method
    /// finds it without looking a name up.
    public var methodIndex: Int { route.methodIndex }

    /// Who is at the other end.
    public var peer: Peer { connection.peer }

    /// How long the caller still waits, not less than nothing; nil when it waits for ever.
    public var timeRemaining: Duration? {
        deadline?.duration(since: .now())
    }
}

/// Something that a handler runs within, such as task-local values. A method that is answered at
/// once, by `Router.fast`, runs outside of it. An object, as what is attached is.
public protocol HandlerScope: AnyObject, Sendable {
    /// Runs the handler, once.
    func run(_ body: @Sendable () async throws -> Void) async throws
}

/// A connection as handlers and interceptors see it: one object for all its calls.
public final class ServerConnectionInfo: Sendable {
    /// Who is at the other end.
    public let peer: Peer
    /// What `ServerInterceptor.connectionOpened` left.
    public let attachment: (any AnyObject & Sendable)?

    init(peer: Peer, attachment: (any AnyObject & Sendable)?) {
        self.peer = peer
        self.attachment = attachment
    }
}
