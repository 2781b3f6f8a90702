internal import OpenSSL

/// Something that happened on a server outside a call, for its log.
public enum ServerEvent: Sendable, CustomStringConvertible {
    /// A connection has ended, for a reason worth knowing or a plain one.
    case connectionEnded(peer: String, reason: String)
    /// A connection ended before TLS had shaken hands. `reason` is a word of a closed set, such as
    /// `certificate_has_expired`; `isCredential` says that it is about the peer's certificate.
    case handshakeFailed(
        peer: String, ipAddress: String?, reason: String, isCredential: Bool, detail: String)
    /// An open connection was closed because its certificate is revoked by now.
    case certificateRevoked(peer: String)
    /// An interceptor refused a connection.
    case connectionRefused(peer: String, error: RPCError)
    /// A connection over a limit was closed at once.
    case connectionOverLimit(peer: String, limit: String)
    /// No descriptor or memory is left for new connections; accepting pauses.
    case acceptPaused(reason: String)
    /// An error that the error mapping does not know, answered as `INTERNAL`.
    case unexpectedError(service: String, method: String, error: String)

    static func connectionClosed(peer: Peer, reason: ChannelCloseReason) -> ServerEvent {
        switch reason {
        case .handshakeFailed(let error):
            return .handshakeFailed(
                peer: peer.address, ipAddress: peer.ipAddress, reason: error.label,
                isCredential: error.isAboutPeerCertificate, detail: error.description)
        case .handshakeTimedOut:
            return .handshakeFailed(
                peer: peer.address, ipAddress: peer.ipAddress, reason: "timed_out",
                isCredential: false, detail: reason.description)
        case .certificateRevoked:
            return .certificateRevoked(peer: peer.address)
        default:
            return .connectionEnded(peer: peer.address, reason: reason.description)
        }
    }

    public var description: String {
        switch self {
        case .connectionEnded(let peer, let reason): "connection of \(peer) ended: \(reason)"
        case .handshakeFailed(let peer, _, let reason, _, let detail):
            "connection of \(peer) ended: TLS: \(reason): \(detail)"
        case .certificateRevoked(let peer):
            "connection of \(peer) ended: its certificate has been revoked"
        case .connectionRefused(let peer, let error): "connection of \(peer) refused: \(error)"
        case .connectionOverLimit(let peer, let limit):
            "connection of \(peer) closed: over \(limit)"
        case .acceptPaused(let reason): "accepting paused: \(reason)"
        case .unexpectedError(let service, let method, let error):
            "unexpected error in \(service)/\(method): \(error)"
        }
    }
}
