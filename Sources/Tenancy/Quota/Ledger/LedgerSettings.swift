/// The times and limits of a ledger, in nanoseconds of the monotonic clock and in units.
package struct LedgerSettings: Sendable {
    /// How long consumption may stay unreported.
    package var flushInterval: UInt64 = 50_000_000
    /// How long an exchange waits at most, after one that several calls shared, for all of those
    /// who will call again at once; and at most this part of the time that one takes.
    package var gatherTimeMax: UInt64 = 500_000
    package var gatherDivisor: UInt64 = 4
    /// How many exchanges may be under way at a time, and how long one waits at least after the one
    /// before it has begun: what comes meanwhile goes together.
    package var exchangesMax = 3
    package var exchangeInterval: UInt64 = 1_000_000
    /// How long to wait after a failed exchange, doubled each time up to the maximum.
    package var retryMin: UInt64 = 10_000_000
    package var retryMax: UInt64 = 500_000_000
    /// How many accounts one exchange reports; and how many of them that nobody waits for, since
    /// units run low or their time has come, so that who waits need not wait for long behind those.
    package var reportsPerExchangeMax = 256
    package var quietReportsPerExchangeMax = 64
    /// What only is due for its time takes at most this part of the exchanges' time: with more
    /// accounts in use than the database can hear of so often, it hears of each less often.
    package var flushDivisor: UInt64 = 4
    /// How long a call waits for units that others were asked to give back.
    package var recallTime: UInt64 = 3_000_000_000
    /// How often it looks for them meanwhile.
    package var recallPollInterval: UInt64 = 4_000_000
    /// How long a denial is repeated without asking again.
    package var denialTime: UInt64 = 5_000_000
    /// How long units are kept that nobody uses, and that nobody else waits for.
    package var idleTime: UInt64 = 60_000_000_000
    /// How long an account that nothing limits is taken for one, when the database does not say.
    package var unlimitedTime: UInt64 = 5_000_000_000
    /// How long an account is remembered that nobody asks about.
    package var forgetTime: UInt64 = 600_000_000_000
    /// The smallest and the largest block that is drawn ahead of need.
    package var blockMin: Int64 = 8
    package var blockMax: Int64 = 65_536
    /// A block that is used up sooner is too small, one that lasts longer too large. However many
    /// accounts are in use, each asks only once in that time.
    package var blockTimeMin: UInt64 = 5_000_000_000
    package var blockTimeMax: UInt64 = 60_000_000_000
    /// By how much a block grows at most with each draw.
    package var blockGrowthMax: Int64 = 8
    /// Calls come one upon the other when units were drawn within that time.
    package var busyTime: UInt64 = 2_000_000_000
    /// How many calls may wait.
    package var ticketsMax = 65_536
    /// How many accounts are kept in memory.
    package var accountsMax = 4_000_000
    /// How many accounts one sweep looks at.
    package var sweepAccountsMax = 4_096

    package init() {}
}
