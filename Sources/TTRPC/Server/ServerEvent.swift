/// Something that happened on a server outside a call, for its log.
public enum ServerEvent: Sendable, CustomStringConvertible {
    /// A connection has ended, for a reason worth knowing or a plain one.
    case connectionEnded(peer: String, reason: String)
    /// An interceptor refused a connection.
    case connectionRefused(peer: String, error: RPCError)
    /// A connection over a limit was closed at once.
    case connectionOverLimit(peer: String, limit: String)
    /// No descriptor or memory is left for new connections; accepting pauses.
    case acceptPaused(reason: String)
    /// An error that the error mapping does not know, answered as `INTERNAL`.
    case unexpectedError(service: String, method: String, error: String)

    static func connectionClosed(peer: String, reason: ChannelCloseReason) -> ServerEvent {
        .connectionEnded(peer: peer, reason: reason.description)
    }

    public var description: String {
        switch self {
        case .connectionEnded(let peer, let reason): "connection of \(peer) ended: \(reason)"
        case .connectionRefused(let peer, let error): "connection of \(peer) refused: \(error)"
        case .connectionOverLimit(let peer, let limit):
            "connection of \(peer) closed: over \(limit)"
        case .acceptPaused(let reason): "accepting paused: \(reason)"
        case .unexpectedError(let service, let method, let error):
            "unexpected error in \(service)/\(method): \(error)"
        }
    }
}
