internal import CoreMetrics
internal import Logging
internal import TTRPC

/// What happens on the server outside of calls, counted and put into the log.
struct ServerEvents: Sendable {
    private let logger: Logger
    private let strangers: BoundedLog
    private let failures: AuthenticationFailures
    private let ended = Counter(label: "ttrpc.server.connections.ended")
    private let refused = Counter(
        label: "ttrpc.server.connections.refused", dimensions: [("reason", "interceptor")])
    private let overTotal = Self.overLimit("connectionsMax")
    private let overPeer = Self.overLimit("connectionsPerPeerMax")
    private let overFailed = Self.overLimit("failedHandshakesPerAddress")
    private let overOther = Self.overLimit("other")
    private let pauses = Counter(label: "ttrpc.server.accept.pauses")
    private let unexpected = Counter(label: "ttrpc.server.errors.unexpected")

    init(logger: Logger, failures: AuthenticationFailures) {
        self.logger = logger
        strangers = BoundedLog(logger)
        self.failures = failures
    }

    private static func overLimit(_ limit: String) -> Counter {
        Counter(label: "ttrpc.server.connections.refused", dimensions: [("reason", limit)])
    }

    func record(_ event: ServerEvent) {
        switch event {
        case .connectionEnded(let peer, let reason):
            ended.increment()
            logger.debug("connection ended", metadata: ["peer": "\(peer)", "reason": "\(reason)"])
        case .handshakeFailed(let peer, let address, let reason, let isCredential, let detail):
            ended.increment()
            Counter(label: "ttrpc.server.handshakes.failed", dimensions: [("reason", reason)])
                .increment()
            if isCredential {
                failures.handshakeFailed(
                    reason: reason, peer: peer, address: address, detail: detail)
            } else {
                logger.debug(
                    "handshake failed", metadata: ["peer": "\(peer)", "reason": "\(detail)"])
            }
        case .certificateRevoked(let peer):
            ended.increment()
            strangers.write(.notice, "certificate revoked, connection closed", ["peer": "\(peer)"])
        case .connectionRefused(let peer, let error):
            refused.increment()
            strangers.write(
                .notice, "connection refused", ["peer": "\(peer)", "error": "\(error)"])
        case .connectionOverLimit(let peer, let limit):
            switch limit {
            case "connectionsMax": overTotal.increment()
            case "connectionsPerPeerMax": overPeer.increment()
            // Each was logged when it failed.
            case "failedHandshakesPerAddress": overFailed.increment()
            default: overOther.increment()
            }
            strangers.write(
                limit == "failedHandshakesPerAddress" ? .debug : .warning,
                "connection over a limit", ["peer": "\(peer)", "limit": "\(limit)"])
        case .acceptPaused(let reason):
            pauses.increment()
            logger.error("accepting paused", metadata: ["reason": "\(reason)"])
        case .unexpectedError(let service, let method, let error):
            unexpected.increment()
            logger.error(
                "unexpected error",
                metadata: ["rpc.method": "\(service)/\(method)", "type": "\(error)"])
        }
    }
}
