/// What a holder tells the database about its lease of one account, and what it asks for.
///
/// Every number is a total since the lease began. So a report may be lost, repeated, late or out of
/// order and nothing is counted twice: the database keeps the highest total it has seen. Amounts
/// to add were rejected, because a retry after a lost answer would add them again.
package struct LeaseReport: Sendable, Hashable {
    package let account: QuotaAccount
    /// The lease's number, unique for its holder. The database makes the lease of the present
    /// period when it first hears of the number, so a holder never has to know the calendar.
    package let lease: Int64
    /// Units consumed.
    package let spent: Int64
    /// Units given back unused.
    package let returned: Int64
    /// Units that the holder would like to have been granted; its total so far for no more.
    package let target: Int64
    /// Of those that are missing, the units without which a caller is refused.
    package let need: Int64

    package init(
        account: QuotaAccount, lease: Int64, spent: Int64, returned: Int64, target: Int64,
        need: Int64
    ) {
        self.account = account
        self.lease = lease
        self.spent = spent
        self.returned = returned
        self.target = target
        self.need = need
    }
}

/// The database's answer to one report.
package struct LeaseGrant: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        /// The lease is of the present period.
        case open
        /// The period of the lease is over. What was spent has been counted there.
        case over
        /// The lease was taken to be lost, and what was left of it was counted as consumed.
        case lost
        /// There is no such tenant.
        case absent
        /// Nothing limits this account.
        case unlimited
        case tenantInactive = "tenant_inactive"
        case subscriptionInactive = "subscription_inactive"
    }

    /// How a limit is meant.
    package enum Mode: String, Sendable, Hashable {
        case enforced
        /// Evaluated and recorded, never in the way.
        case shadow
    }

    package var state: State
    package var mode = Mode.enforced
    /// Whether callers are admitted, and reconciled afterwards, while the database is away.
    package var admitsWhenAway = false
    /// Whether others wait for what is left of this lease.
    package var isRecalled = false
    /// For how long the period goes on, in nanoseconds; nil for a counter without a window.
    package var validFor: UInt64?
    /// Units granted to this lease, in total.
    package var granted: Int64 = 0
    /// The limit.
    package var max: Int64 = 0
    /// Units consumed by everybody, as far as they are reported.
    package var used: Int64 = 0
    /// Units that are reserved.
    package var reserved: Int64 = 0
    /// Units in nobody's hand.
    package var free: Int64 = 0
    /// Units in other holders' hands, for all the database knows.
    package var elsewhere: Int64 = 0
    /// The usage from which callers are warned.
    package var warnAt = Int64.max
    /// The version of the limit.
    package var version: Int64 = 0

    package init(_ state: State) {
        self.state = state
    }
}
