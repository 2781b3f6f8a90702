/// Sending a call again before the try in flight has failed, for the sake of the slowest answers.
///
/// Off unless a client is configured with it, because it costs the servers work that is thrown
/// away. Only methods that are declared idempotent are hedged, and every further try takes a token
/// of the retry budget, so that a server in trouble is not given more of it. The first answer wins;
/// the other tries are cancelled.
public struct HedgingConfiguration: Sendable, Hashable {
    /// How long a try may be unanswered before the next one begins; best about the 95th percentile
    /// of the method's latency.
    public var delay: Duration
    /// How many tries may be in flight at once, the first one included.
    public var attemptsMax = 2

    public init(delay: Duration, attemptsMax: Int = 2) {
        self.delay = delay
        self.attemptsMax = attemptsMax
    }
}

/// The tries of one hedged call that run side by side: decides when another one begins, and which
/// outcome is the call's.
struct HedgePlan {
    private let attemptsMax: Int
    private var begun = 1
    private var ended = 0

    init(_ configuration: HedgingConfiguration) {
        attemptsMax = configuration.attemptsMax
    }

    /// Whether one more try may ever begin.
    var mayBeginMore: Bool { begun < attemptsMax }

    /// The tries in flight have taken long. True when another one begins, which takes a token.
    mutating func delayPassed(budget: inout RetryBudget) -> Bool {
        guard mayBeginMore, begun > ended, budget.takeToken() else { return false }
        begun += 1
        return true
    }

    /// A try has failed. True when that is the call's outcome: it says something about the call and
    /// not only about the server it went to, or no other try is in flight.
    mutating func failed(_ error: RPCError) -> Bool {
        ended += 1
        return error.code != .unavailable || ended == begun
    }
}
