/// The place of a call that could not be answered at once.
package struct LedgerTicket: Sendable, Hashable {
    package let rawValue: UInt64
}

/// When a taking is acknowledged.
package enum Durability: Sendable, Hashable {
    /// From memory, backed by units that the database has set aside.
    case leased
    /// After the commit.
    case committed
}

/// The standing that an answer rests on.
package struct LedgerStanding: Sendable, Hashable {
    package var current: Int64
    package var reserved: Int64
    package var max: Int64
    package var version: Int64
    /// Whether usage has reached the level from which callers are warned.
    package var isWarning: Bool
    /// The database could not be asked.
    package var isDegraded: Bool
    /// When the window ends, on the monotonic clock; the highest number when it never does.
    package var endsAt = UInt64.max
}

/// What became of a call.
package enum LedgerOutcome: Sendable, Hashable {
    case admitted(LedgerStanding)
    /// Not left; nothing was taken. `charge` tells which of the call's accounts refused.
    /// `retryAfter`: nanoseconds to the end of the window; nil when there is none.
    case denied(LedgerStanding, charge: Int, retryAfter: UInt64?)
    /// There is no such tenant.
    case absent
    case tenantInactive
    case subscriptionInactive
    /// The database is needed and away; nothing was taken.
    case unavailable
    /// The database went away during the commit; what was taken may or may not count.
    case unknown
}

/// The answer to a call: at once, or later under a ticket.
package enum LedgerDecision: Sendable, Hashable {
    case now(LedgerOutcome)
    case later(LedgerTicket)
}

/// A call that was waiting has been decided.
package struct LedgerResumption: Sendable, Hashable {
    package let ticket: LedgerTicket
    package let outcome: LedgerOutcome
}
