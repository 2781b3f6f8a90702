/// Keeps a connection to itself while one of its statements is being cancelled.
///
/// The server is asked through a connection of its own, and it stops whatever runs when the request
/// arrives. So nothing more is sent until the request is through and the statement answered, or it
/// would hit the next one; and it is repeated, since it may come before the statement began.
struct CancelGate {
    private enum State: Equatable {
        /// Can transition to: asking.
        case open
        /// Can transition to: askedInVain, late.
        case asking
        /// The request is through, the statement runs on. Can transition to: asking, open.
        case askedInVain
        /// The statement is answered, the request still under way. Can transition to: open.
        case late
    }

    enum Action: Equatable {
        case none
        /// Ask the server.
        case ask
        /// Ask again in a while.
        case askLater
        /// Let others pass.
        case open
    }

    private var state = State.open

    var isClosed: Bool { state != .open }

    /// The statement is not wanted any more, or was not heeded the last time.
    mutating func ask() -> Action {
        guard state == .open || state == .askedInVain else { return .none }
        state = .asking
        return .ask
    }

    /// A repetition is due.
    mutating func askAgain() -> Action {
        state == .askedInVain ? ask() : .none
    }

    /// The server has taken note of the request.
    mutating func asked() -> Action {
        switch state {
        case .asking:
            state = .askedInVain
            return .askLater
        case .late:
            state = .open
            return .open
        case .open, .askedInVain: return .none
        }
    }

    /// The statement has been answered.
    mutating func answered() -> Action {
        switch state {
        case .asking:
            state = .late
            return .none
        case .askedInVain:
            state = .open
            return .open
        case .open, .late: return .none
        }
    }
}
