package import Reactor

/// What a handler knows of its call besides the request.
public struct ServerContext: Sendable {
    /// The service's full name.
    public let service: String
    /// The method's name.
    public let method: String
    /// What came beside the request.
    public let metadata: Metadata
    /// When the caller gives up; nil when it waits for ever.
    package let deadline: MonotonicInstant?
    /// The connection that the call came over.
    public let connection: ServerConnectionInfo
    /// What an interceptor left for the handler, such as who calls.
    public var attachment: (any Sendable)?

    /// Who is at the other end.
    public var peer: Peer { connection.peer }

    /// How long the caller still waits, not less than nothing; nil when it waits for ever.
    public var timeRemaining: Duration? {
        deadline?.duration(since: .now())
    }
}

/// A connection as handlers and interceptors see it: one object for all its calls.
public final class ServerConnectionInfo: Sendable {
    /// Who is at the other end.
    public let peer: Peer
    /// What `ServerInterceptor.connectionOpened` left.
    public let attachment: (any Sendable)?

    init(peer: Peer, attachment: (any Sendable)?) {
        self.peer = peer
        self.attachment = attachment
    }
}
