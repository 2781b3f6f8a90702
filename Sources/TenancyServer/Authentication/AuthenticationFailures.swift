internal import CoreMetrics
internal import Logging
internal import Reactor
internal import Synchronization
internal import Tenancy

/// Failed attempts to be somebody: counted by their reason, logged as far as a second has room, and
/// limited by where they come from.
final class AuthenticationFailures: Sendable {
    /// What was shown.
    enum Kind: String, Sendable {
        /// A certificate, and TLS refused it.
        case handshake
        /// A certificate that verifies and names nobody.
        case certificate
        case apiKey = "api_key"
        case token
    }

    /// Who shows a credential, and where.
    struct Attempt: Sendable {
        let credential: String
        /// Where it comes from, or who passes it on.
        let place: String
        /// Whether everything that comes from there counts together. What a service passes on
        /// without saying for whom is of many.
        let isOnePlace: Bool

        /// - Parameter address: nil over a Unix socket.
        init(_ credential: String, from address: String?) {
            self.credential = credential
            place = FailureLimiter.place(of: address ?? "unix")
            isOnePlace = true
        }

        /// - Parameter address: empty when the service does not say.
        init(_ credential: String, passedOnBy service: String, from address: String) {
            self.credential = credential
            place = "\(service) \(FailureLimiter.place(of: address))"
            isOnePlace = !address.isEmpty
        }

        var sources: [FailureLimiter.Source] {
            var sources: [FailureLimiter.Source] = isOnePlace ? [.credentials(place)] : []
            // Every signed token begins with the same header: what fails of one says nothing of
            // the next that begins alike.
            if !SignedToken.isLike(credential) {
                sources.append(.prefix(FailureLimiter.prefix(of: credential), from: place))
            }
            return sources
        }
    }

    private struct Series: Hashable {
        let kind: Kind
        let reason: String
    }

    private struct State {
        var counters: [Series: Counter] = [:]
        var limiter: FailureLimiter
    }

    private let log: BoundedLog
    private let started = MonotonicInstant.now()
    private let limited = Counter(label: "tenancy.authentication.limited")
    private let state: Mutex<State>

    /// - Parameter perSecond: How many failures a second one address may have; 0 for any number.
    init(logger: Logger, perSecond: Int) {
        log = BoundedLog(logger)
        state = Mutex(State(limiter: FailureLimiter(perSecond: perSecond)))
    }

    /// - Parameters:
    ///   - reason: A word of a closed set.
    ///   - peer: The address.
    ///   - detail: More for the log, without anything secret.
    func record(
        _ kind: Kind, reason: String, peer: String, detail: String = "",
        sources: [FailureLimiter.Source] = []
    ) {
        let now = microseconds
        let counter = state.withLock { state in
            let series = Series(kind: kind, reason: reason)
            let counter =
                state.counters[series]
                ?? Counter(
                    label: "tenancy.authentication.failures",
                    dimensions: [("kind", kind.rawValue), ("reason", reason)])
            state.counters[series] = counter
            state.limiter.fail(sources, at: now)
            return counter
        }
        counter.increment()
        var metadata: Logger.Metadata = [
            "kind": "\(kind.rawValue)", "reason": "\(reason)", "peer": "\(peer)",
        ]
        if !detail.isEmpty { metadata["detail"] = "\(detail)" }
        log.write(.notice, "authentication failed", metadata)
    }

    /// - Throws: `tooMany` where so many have failed that this one is not looked at.
    func check(_ attempt: Attempt) throws(DomainError) {
        guard let seconds = secondsToWait(attempt) else { return }
        throw DomainError(
            .tooMany(.failedAuthentications),
            message: "too many failed attempts from there",
            metadata: ["retry_after_seconds": String(seconds)])
    }

    /// Where so many have failed that this one is not looked at, how long that is so; nil where it
    /// is.
    func secondsToWait(_ attempt: Attempt) -> Int64? {
        let now = microseconds
        let wait = state.withLock {
            $0.limiter.wait(attempt.sources, credential: attempt.credential, at: now)
        }
        guard let wait else { return nil }
        limited.increment()
        return wait / 1_000_000 + 1
    }

    /// Whether a credential was good a while ago, and so is looked at wherever it comes from.
    func isKnownGood(_ credential: String) -> Bool {
        state.withLock { $0.limiter.isKnownGood(credential) }
    }

    /// Counts what was shown, if it is a guess: one that is known is none, whatever else is wrong
    /// with it. A program that goes on with a key that has ended must not lock out the others of
    /// its place, which may have the successor.
    func note(_ attempt: Attempt, _ kind: Kind, isKnown: Bool) {
        if isKnown {
            state.withLock { $0.limiter.succeed(attempt.credential) }
        } else {
            record(kind, reason: "unknown", peer: attempt.place, sources: attempt.sources)
        }
    }

    /// Says that a credential was refused that is known, and takes nothing from its place.
    func refused(_ attempt: Attempt, _ kind: Kind) {
        record(kind, reason: "refused", peer: attempt.place)
    }

    // MARK: - Handshakes

    func handshakeFailed(
        reason: String, peer: String, address: String?, detail: String
    ) {
        record(
            .handshake, reason: reason, peer: peer, detail: detail,
            sources: address.map { [.handshakes(FailureLimiter.place(of: $0))] } ?? [])
    }

    /// Whether so many handshakes from an address have failed that the next is not begun.
    func isOverLimit(_ address: String) -> Bool {
        let now = microseconds
        return state.withLock {
            $0.limiter.wait([.handshakes(FailureLimiter.place(of: address))], at: now) != nil
        }
    }

    private var microseconds: Int64 {
        let (seconds, attoseconds) = MonotonicInstant.now().duration(since: started).components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
