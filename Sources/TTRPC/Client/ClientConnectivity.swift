/// Whether there is a connection, and what is done about it: the decisions of one lane.
struct ClientConnectivity {
    enum State: Equatable {
        /// No connection, and nobody asked for one.
        /// Can transition to: connecting, closed.
        case idle
        /// Can transition to: ready, resting, closed.
        case connecting
        /// Can transition to: idle, connecting (to replace the connection), recovering, resting,
        /// closed.
        case ready
        /// Whoever accepted the last connection hung up before the first answer, as a server does
        /// that stops just then; the next try waits for a moment, and the calls with it.
        /// Can transition to: idle, connecting, closed.
        case recovering
        /// The last try failed, for this reason; the next one waits.
        /// Can transition to: idle, connecting, closed.
        case resting(String)
        case closed
    }

    enum CallAction: Equatable {
        /// Send it on the connection.
        case send
        /// Let it wait; a connection is being made.
        case wait
        /// Let it wait, and begin to connect.
        case connectAndWait
        case fail(RPCError)
    }

    /// How many connections in a row may be hung up on before calls fail at once. A server that
    /// was replaced is found by then; who still hangs up means it.
    static let hangUpsForgivenMax = 3

    private(set) var state = State.idle
    private var backoff: Backoff
    /// In a row.
    private var hangUps = 0

    init(delayMin: Duration, delayMax: Duration) {
        backoff = Backoff(delayMin: delayMin, delayMax: delayMax)
    }

    mutating func callArrived(waitForReady: Bool) -> CallAction {
        switch state {
        case .ready: return .send
        case .connecting, .recovering: return .wait
        case .idle:
            state = .connecting
            return .connectAndWait
        case .resting(let reason):
            return waitForReady ? .wait : .fail(Self.unavailable(reason))
        case .closed: return .fail(Self.closedError)
        }
    }

    mutating func connected() {
        guard state == .connecting else { return }
        state = .ready
    }

    /// The connection has carried an answer: what it connects to is really a server.
    mutating func provedGood() {
        backoff.reset()
        hangUps = 0
    }

    /// Every address failed. Gives the rest before the next try.
    ///
    /// - Parameter jitter: One of `Backoff.jitters`.
    mutating func failed(_ reason: String, jitter: Int) -> Duration {
        state = .resting(reason)
        return backoff.next(jitter: jitter)
    }

    /// The connection ended before it carried anything, with calls on it: connecting again at once
    /// would go on for ever. Gives the rest before the next try.
    ///
    /// - Parameter jitter: One of `Backoff.jitters`.
    mutating func hungUp(_ reason: String, jitter: Int) -> Duration {
        hangUps += 1
        state = hangUps > Self.hangUpsForgivenMax ? .resting(reason) : .recovering
        return backoff.next(jitter: jitter)
    }

    /// The rest is over. True when connecting begins, for the calls that wait.
    mutating func rested(hasWaiting: Bool) -> Bool {
        switch state {
        case .resting, .recovering: break
        case .idle, .connecting, .ready, .closed: return false
        }
        state = hasWaiting ? .connecting : .idle
        return hasWaiting
    }

    /// A connection that was good is gone, or takes no new calls. True when connecting begins.
    mutating func lost(hasWaiting: Bool) -> Bool {
        guard state == .ready else { return false }
        state = hasWaiting ? .connecting : .idle
        return hasWaiting
    }

    mutating func close() {
        state = .closed
    }

    static func unavailable(_ reason: String) -> RPCError {
        RPCError(.unavailable, "no connection: \(reason)")
    }

    static let closedError = RPCError(.cancelled, "the client is closed")
}
