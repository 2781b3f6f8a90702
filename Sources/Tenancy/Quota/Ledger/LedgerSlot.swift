/// What a ledger knows of one account: the lease in its hand and the standing of the limit.
///
/// Of every lease, granted = in hand + spent + pending + returned; the hand goes below zero only
/// where callers are admitted while the database is away.
struct LedgerSlot: Sendable {
    /// What stands in the way of answering from the hand, and what is still to be done.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt16

        /// The database has not been asked yet, or not about this period.
        static let unknown = Flags(rawValue: 1 << 0)
        /// The database refuses the tenant; `refusal` says why.
        static let refused = Flags(rawValue: 1 << 1)
        static let unlimited = Flags(rawValue: 1 << 2)
        /// Calls wait for units; who comes later waits behind them.
        static let hasWaiters = Flags(rawValue: 1 << 4)
        /// The slot is what is left of a lease whose period is over.
        static let closing = Flags(rawValue: 1 << 5)
        /// Whatever stands in the way of the fast path.
        static let slow: Flags = [.unknown, .refused, .unlimited, .hasWaiters, .closing]

        /// In the list of those that report with the next flush.
        static let isDirty = Flags(rawValue: 1 << 6)
        /// In the list of those that report as soon as can be.
        static let isUrgent = Flags(rawValue: 1 << 7)
        /// In an exchange that is under way.
        static let isInFlight = Flags(rawValue: 1 << 8)
        /// Waits to look for units that others give back.
        static let isPolling = Flags(rawValue: 1 << 9)
        /// The next report asks for a block.
        static let draws = Flags(rawValue: 1 << 10)
        /// Callers are admitted, and reconciled afterwards, while the database is away.
        static let admitsWhenAway = Flags(rawValue: 1 << 11)
        /// An exchange failed that may have been committed: more may be granted than is known.
        static let isInDoubt = Flags(rawValue: 1 << 3)
        /// Others wait for what is in the hand: the answer said so, or a hint that came while the
        /// exchange was under way, and that its answer may not know of.
        static let isRecalled = Flags(rawValue: 1 << 13)
        /// In the list of those whose units run low.
        static let isLow = Flags(rawValue: 1 << 14)
        /// In one of the lists.
        static let isListed: Flags = [.isDirty, .isUrgent, .isPolling, .isLow]
        /// In no list and of no account: may be used anew.
        static let isVacant = Flags(rawValue: 1 << 12)
    }

    // First what a taking from the hand reads and writes: with a million accounts every further
    // line of the cache is a miss.
    var flags: Flags = .unknown
    var refusal = LeaseGrant.State.open
    var inHand: Int64 = 0
    /// When the period ends.
    var validUntil = UInt64.max
    var spent: Int64 = 0
    var current: Int64 = 0
    var lastUse: UInt64 = 0
    /// How many units to draw ahead of need.
    var block: Int64 = 0
    // The standing.
    var max: Int64 = 0
    var reserved: Int64 = 0
    var version: Int64 = 0
    var warnAt = Int64.max

    // The rest of the lease, in units. All totals since it began, but for `inHand` and `pending`.
    var lease: Int64
    var granted: Int64 = 0
    var returned: Int64 = 0
    /// Taken by calls that are answered after the commit.
    var pending: Int64 = 0
    /// Spent and returned, as far as the database has confirmed it.
    var settled: Int64 = 0

    /// Amounts from `deniedUnits` on are denied until then without asking.
    var deniedUntil: UInt64 = 0
    var deniedUnits: Int64 = 0
    /// When a block was last drawn.
    var drawnAt: UInt64 = 0

    /// Calls that wait for units.
    var waiters = LedgerQueue()
    /// Calls that wait for the commit of what they took, with their units.
    var commits = LedgerQueue()
    /// Calls that wait until the database has heard of the account, with the first exchange that
    /// will do.
    var watches = LedgerQueue()
    var account: QuotaAccount

    init(account: QuotaAccount, lease: Int64, now: UInt64) {
        self.account = account
        self.lease = lease
        lastUse = now
    }

    // Asked of the slot itself: a question to the ledger copies all of it.

    /// Whether so many units may be given at once: they are in the hand, and nothing is in the way.
    func canGive(_ units: Int64, at now: UInt64) -> Bool {
        flags.isDisjoint(with: .slow) && units <= inHand && now < validUntil
    }

    /// How far an account may be overdrawn while the database is away. Above it the totals, which
    /// add up in 64 bits here and in the database, could not be told any more.
    static let overdraftMax: Int64 = 1 << 53

    /// Whether so many units may be given that are not in the hand.
    func canOverdraw(_ units: Int64) -> Bool {
        let (left, isBelow) = inHand.subtractingReportingOverflow(units)
        return !isBelow && left >= -Self.overdraftMax
            && !current.addingReportingOverflow(units).overflow
            && !(spent + pending).addingReportingOverflow(units).overflow
    }

    /// Whether it is certain from memory that nothing limits the account.
    func isUnlimited(at now: UInt64) -> Bool {
        flags.intersection(.slow) == .unlimited && now < validUntil
    }

    /// What the database has still to hear.
    var isUnsettled: Bool { spent + pending + returned != settled }

    /// Gives back what is in the hand.
    mutating func returnHand() {
        guard inHand > 0 else { return }
        returned += inHand
        inHand = 0
    }

    func standing(isDegraded: Bool) -> LedgerStanding {
        LedgerStanding(
            current: current, reserved: reserved, max: max, version: version,
            isWarning: current >= warnAt, isDegraded: isDegraded, endsAt: validUntil)
    }

    /// Forgets the lease, for another one.
    mutating func begin(lease: Int64) {
        self.lease = lease
        inHand = 0
        granted = 0
        spent = 0
        returned = 0
        pending = 0
        settled = 0
    }
}

/// A queue threaded through a pool: first and last place, -1 for none.
struct LedgerQueue: Sendable {
    var first: Int32 = -1
    var last: Int32 = -1

    var isEmpty: Bool { first < 0 }
}

extension Int64 {
    /// The sum, or the largest number where that is larger: what is too much anyway is not counted
    /// on.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, isAbove) = addingReportingOverflow(other)
        return isAbove ? .max : sum
    }
}
