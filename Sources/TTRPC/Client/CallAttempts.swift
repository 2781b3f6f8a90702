internal import Reactor

/// The tries of one call: decides after each failure whether and when the next one comes.
struct CallAttempts {
    private let attemptsMax: Int
    private let delayMax: Duration
    private let isIdempotent: Bool
    private let deadline: MonotonicInstant?
    private var backoff: Backoff
    private var failures = 0

    enum Verdict: Equatable {
        case giveUp
        case retry(after: Duration)
    }

    init(_ configuration: RetryConfiguration, isIdempotent: Bool, deadline: MonotonicInstant?) {
        attemptsMax = configuration.attemptsMax
        delayMax = configuration.delayMax
        self.isIdempotent = isIdempotent
        self.deadline = deadline
        backoff = Backoff(delayMin: configuration.delayMin, delayMax: configuration.delayMax)
    }

    /// What to do after `failure`. A retry takes a token of `budget`.
    ///
    /// - Parameter jitter: One of `Backoff.jitters`.
    mutating func failed(
        _ failure: CallFailure, now: MonotonicInstant, budget: inout RetryBudget, jitter: Int
    ) -> Verdict {
        failures += 1
        guard failures < attemptsMax, failure.error.code == .unavailable else { return .giveUp }
        switch failure.progress {
        // A call that finds no server fails fast; one that lost its server on the way goes on.
        case .notConnected: guard failures > 1 else { return .giveUp }
        case .notBegun: break
        case .sent: guard isIdempotent else { return .giveUp }
        }
        var delay = backoff.next(jitter: jitter)
        if let asked = failure.error.retryDelay { delay = max(delay, asked) }
        guard delay <= delayMax else { return .giveUp }
        if let deadline, now.advanced(by: delay) >= deadline { return .giveUp }
        return budget.takeToken() ? .retry(after: delay) : .giveUp
    }
}
