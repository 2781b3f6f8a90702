internal import QuotaSimulation
internal import Tenancy
internal import Testing

/// One ledger on a model of the database that answers at once, with a clock that a test moves.
struct LedgerDriver {
    static let millisecond: UInt64 = 1_000_000
    static let second: UInt64 = 1_000_000_000

    var ledger: LeaseLedger
    var database: ModelDatabase
    var now: UInt64 = 10 * second
    let holder: Int64
    /// What waiting calls were answered.
    var answers: [LedgerTicket: LedgerOutcome] = [:]

    init(
        _ counters: [QuotaAccount: ModelDatabase.Counter], holder: Int64 = 1,
        settings: LedgerSettings = LedgerSettings()
    ) {
        ledger = LeaseLedger(settings: settings)
        database = ModelDatabase(counters: counters)
        self.holder = holder
    }

    static func account(
        _ meter: QuotaMeter = .apiCalls, subject: String = "", tenant: Int64 = 7
    ) throws -> QuotaAccount {
        QuotaAccount(tenant: try #require(TenantID(tenant)), meter: meter, subject: subject)
    }

    /// Exchanges that are due now, until none is.
    mutating func exchange() {
        while let time = ledger.exchangeTime, time <= now {
            let reports = ledger.exchange(now: now)
            guard !reports.isEmpty else { continue }
            let grants = database.exchange(holder, reports, now: now).grants
            keep(ledger.complete(ledger.exchangeNumber, grants, now: now))
        }
    }

    /// One exchange that does not reach the database, or whose answer is lost.
    mutating func failExchange(isUnknown: Bool, isApplied: Bool = false) {
        let reports = ledger.exchange(now: now)
        if isApplied { _ = database.exchange(holder, reports, now: now) }
        keep(ledger.fail(ledger.exchangeNumber, isUnknown: isUnknown, now: now))
    }

    mutating func keep(_ resumed: [LedgerResumption]) {
        for resumption in resumed { answers[resumption.ticket] = resumption.outcome }
    }

    mutating func advance(_ time: UInt64) {
        now += time
        exchange()
    }

    /// Takes, and lets the exchanges run that are due at once, with polls and all.
    mutating func consume(
        _ charges: [QuotaCharge], _ durability: Durability = .leased
    ) throws -> LedgerOutcome {
        switch ledger.consume(charges, durability, now: now) {
        case .now(let outcome): return outcome
        case .later(let ticket):
            for _ in 0..<100 where answers[ticket] == nil { advance(2 * Self.millisecond) }
            return try #require(answers[ticket], "the call is never answered")
        }
    }

    /// Takes one at a time until refused; how many were admitted.
    mutating func consumeAll(_ account: QuotaAccount, _ durability: Durability = .leased) throws
        -> Int64
    {
        var count: Int64 = 0
        while try consume([QuotaCharge(account, 1)], durability).isAdmitted { count += 1 }
        return count
    }

    func used(_ account: QuotaAccount) -> Int64 { database.counters[account]?.used ?? -1 }
}

extension LedgerOutcome {
    var isAdmitted: Bool {
        if case .admitted = self { return true }
        return false
    }

    var standing: LedgerStanding? {
        switch self {
        case .admitted(let standing), .denied(let standing, _, _): standing
        default: nil
        }
    }
}
