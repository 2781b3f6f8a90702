internal import CoreMetrics
internal import Logging
internal import Synchronization
internal import Tenancy

/// Failed attempts to be somebody: counted by their reason, and logged as far as a second has room.
final class AuthenticationFailures: Sendable {
    /// What was shown.
    enum Kind: String, Sendable {
        /// A certificate, and TLS refused it.
        case handshake
        /// A certificate that verifies and names nobody.
        case certificate
        case apiKey = "api_key"
    }

    /// How many lines of one second are logged; the rest are counted. Whoever wants to fill the
    /// disk needs no credential for it.
    static let linesPerSecondMax = 20

    private struct Series: Hashable {
        let kind: Kind
        let reason: String
    }

    private struct State {
        var counters: [Series: Counter] = [:]
        var budget = LineBudget(linesPerSecondMax: linesPerSecondMax)
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(logger: Logger) {
        self.logger = logger
    }

    /// - Parameters:
    ///   - reason: A word of a closed set.
    ///   - peer: The address.
    ///   - detail: More for the log, without anything secret.
    func record(_ kind: Kind, reason: String, peer: String, detail: String = "") {
        let second = WallClock.now().microseconds / 1_000_000
        let (counter, dropped) = state.withLock { state in
            let series = Series(kind: kind, reason: reason)
            let counter =
                state.counters[series]
                ?? Counter(
                    label: "tenancy.authentication.failures",
                    dimensions: [("kind", kind.rawValue), ("reason", reason)])
            state.counters[series] = counter
            return (counter, state.budget.admit(second: second))
        }
        counter.increment()
        guard let dropped else { return }
        var metadata: Logger.Metadata = [
            "kind": "\(kind.rawValue)", "reason": "\(reason)", "peer": "\(peer)",
        ]
        if !detail.isEmpty { metadata["detail"] = "\(detail)" }
        if dropped > 0 { metadata["lines_dropped_before"] = "\(dropped)" }
        logger.notice("authentication failed", metadata: metadata)
    }
}
