internal import Tenancy
internal import TestSupport

/// A rule was broken; the seed replays it.
package struct SimulationFailure: Error, CustomStringConvertible {
    package let seed: UInt64
    package let time: UInt64
    package let rule: String

    package var description: String {
        "seed \(seed), at \(time / 1_000) µs: \(rule)"
    }
}

/// Servers with the real ledger, clients, and a model of Postgres, with a network and machines that
/// fail in every way that was thought of. Everything follows from the seed.
package struct Simulation {
    /// One thing that happens.
    enum Event {
        case client(Int)
        case wake(server: Int, holder: Int64)
        case sweep(server: Int, holder: Int64)
        case request(server: Int, holder: Int64, exchange: UInt64, [LeaseReport])
        case answer(server: Int, holder: Int64, exchange: UInt64, [LeaseGrant])
        case failure(server: Int, holder: Int64, exchange: UInt64, isUnknown: Bool)
        case hint(server: Int, holder: Int64, QuotaAccount)
        case keyed(KeyedCall)
        case keyedAnswer(KeyedCall, ModelDatabase.KeyedOutcome?)
        case crashServer, restartServer(Int)
        case crashDatabase, restartDatabase
        case stall, clockJump, changeLimit, toggleShare, toggleTenant, reclaim(Int64), falseReclaim
    }

    struct KeyedCall {
        let client: Int
        let account: QuotaAccount
        let share: QuotaAccount?
        let units: Int64
        let key: Int
        let attempt: Int
        let deadline: UInt64
    }

    static let clientCount = 8
    static let serverCount = 3
    static let faultTime: UInt64 = 4_000_000_000
    /// Leases of which nothing was heard for so long are taken for lost.
    static let forgottenAfter: UInt64 = 1_500_000_000

    let seed: UInt64
    var random: SplitMix
    var now: UInt64 = 1_000_000_000
    var queue = EventQueue<Event>()
    var database: ModelDatabase
    var isDatabaseUp = true
    /// How far the database's clock is from the true one.
    var databaseClock: Int64 = 0
    var servers: [SimulatedServer] = []
    var nextHolder: Int64 = 1
    var nextKey = 1
    var hasFaults = true
    let accounts: [QuotaAccount]
    /// The highest limit each account ever had.
    var limits: [QuotaAccount: Int64]
    /// What clients were told they have, and what they were not told about.
    var admitted: [QuotaAccount: Int64] = [:]
    var unsure: [QuotaAccount: Int64] = [:]
    /// Units of leases, by the period that the lease was of.
    var admittedInPeriod: [ModelDatabase.PeriodName: Int64] = [:]
    var keyedAnswers: [Int: ModelDatabase.KeyedOutcome] = [:]
    package private(set) var events = 0
    package internal(set) var takings = 0
    package internal(set) var denials = 0

    package init(seed: UInt64) {
        self.seed = seed
        random = SplitMix(seed: seed)
        var accounts: [QuotaAccount] = []
        var counters: [QuotaAccount: ModelDatabase.Counter] = [:]
        if let tenant = TenantID(1), let second = TenantID(2), let third = TenantID(3) {
            accounts = [
                QuotaAccount(tenant: tenant, meter: .apiCalls),
                QuotaAccount(tenant: tenant, meter: .transactions),
                QuotaAccount(tenant: second, meter: .users),
                QuotaAccount(tenant: tenant, meter: .keyCalls, subject: "key:1"),
                QuotaAccount(tenant: tenant, meter: .apiCalls, subject: "user:1"),
                QuotaAccount(tenant: third, meter: .storage),
                QuotaAccount(tenant: tenant, meter: .apiCalls, subject: "user:2"),
            ]
            let month: UInt64 = 2_500_000_000
            let size = Int64(random.below(400)) + 5
            counters = [
                accounts[0]: .init(max: size, window: month),
                accounts[1]: .init(max: size / 2 + 1, window: month),
                accounts[2]: .init(max: size / 3 + 1, window: nil),
                accounts[3]: .init(max: size / 4 + 1, window: 1_000_000_000),
                accounts[4]: .init(max: size / 2 + 1, window: month),
                accounts[5]: .init(max: size / 2 + 1, window: nil, mode: .shadow),
                // With the other share more than the tenant has.
                accounts[6]: .init(max: size, window: month),
            ]
        }
        self.accounts = accounts
        limits = counters.mapValues(\.max)
        database = ModelDatabase(counters: counters)
    }

    /// Runs to the end.
    ///
    /// - Throws: `SimulationFailure`.
    package mutating func run() throws(SimulationFailure) {
        for number in 0..<Self.serverCount {
            servers.append(SimulatedServer(number: number, holder: takeHolder()))
            scheduleSweep(number)
        }
        for client in 0..<Self.clientCount {
            queue.push(at: now + random.microseconds(1..<20_000), .client(client))
        }
        scheduleFaults()
        let end = now + Self.faultTime
        while let (time, event) = queue.pop() {
            if hasFaults, time >= end { heal() }
            now = max(now, time)
            if !hasFaults, now > end + 5_500_000_000 { break }
            events += 1
            try handle(event)
        }
        try finish()
    }

    mutating func takeHolder() -> Int64 {
        defer { nextHolder += 1 }
        return nextHolder
    }

    var databaseTime: UInt64 { UInt64(max(0, Int64(now) + databaseClock)) }

    func check(_ isTrue: Bool, _ rule: @autoclosure () -> String) throws(SimulationFailure) {
        guard isTrue else { throw SimulationFailure(seed: seed, time: now, rule: rule()) }
    }

    // MARK: - Events

    private mutating func handle(_ event: Event) throws(SimulationFailure) {
        switch event {
        case .client(let client): try act(client)
        case .wake(let server, let holder):
            guard ready(server, holder, event) else { return }
            servers[server].wakeAt = .max
            pump(server)
        case .sweep(let server, let holder):
            guard ready(server, holder, event) else { return }
            servers[server].ledger.sweep(now: now)
            pump(server)
            scheduleSweep(server)
        case .request(let server, let holder, let exchange, let reports):
            try request(server, holder, exchange, reports)
        case .answer(let server, let holder, let exchange, let grants):
            guard ready(server, holder, event) else { return }
            try resume(server, servers[server].ledger.complete(exchange, grants, now: now))
        case .failure(let server, let holder, let exchange, let isUnknown):
            guard ready(server, holder, event) else { return }
            try resume(
                server, servers[server].ledger.fail(exchange, isUnknown: isUnknown, now: now))
        case .hint(let server, let holder, let account):
            guard ready(server, holder, event) else { return }
            servers[server].ledger.recall(account, now: now)
            pump(server)
        case .keyed(let call): try keyed(call)
        case .keyedAnswer(let call, let outcome): try keyedAnswer(call, outcome)
        default: try fault(event)
        }
    }

    /// Whether a server is there to see the event; one that stalls sees it later.
    private mutating func ready(_ server: Int, _ holder: Int64, _ event: Event) -> Bool {
        guard servers[server].isUp, servers[server].holder == holder else { return false }
        guard servers[server].stalledUntil <= now else {
            queue.push(at: servers[server].stalledUntil, event)
            return false
        }
        return true
    }

    private mutating func scheduleSweep(_ server: Int) {
        queue.push(
            at: now + 250_000_000, .sweep(server: server, holder: servers[server].holder))
    }

    // MARK: - Exchanges

    /// What a shell does after every event: starts the exchange that is due, or sets a timer.
    mutating func pump(_ server: Int) {
        let holder = servers[server].holder
        while let time = servers[server].ledger.exchangeTime {
            guard time <= now else {
                guard time < servers[server].wakeAt else { return }
                servers[server].wakeAt = time
                queue.push(at: time, .wake(server: server, holder: holder))
                return
            }
            let reports = servers[server].ledger.exchange(now: now)
            if !reports.isEmpty { send(server, holder, reports) }
        }
    }

    private mutating func send(_ server: Int, _ holder: Int64, _ reports: [LeaseReport]) {
        let exchange = servers[server].ledger.exchangeNumber
        guard isDatabaseUp else {
            queue.push(
                at: now + random.microseconds(50..<2_000),
                .failure(server: server, holder: holder, exchange: exchange, isUnknown: false))
            return
        }
        let event = Event.request(
            server: server, holder: holder, exchange: exchange, reports)
        if hasFaults, random.chance(20) {
            // Lost, or so late that the server has given up.
            timeOut(server, holder, exchange)
            if random.chance(500) {
                queue.push(at: now + random.microseconds(1..<1_000_000), event)
            }
            return
        }
        queue.push(at: now + random.microseconds(50..<1_500), event)
        if hasFaults, random.chance(20) {
            queue.push(at: now + random.microseconds(50..<1_000_000), event)
        }
    }

    private mutating func timeOut(_ server: Int, _ holder: Int64, _ exchange: UInt64) {
        queue.push(
            at: now + random.microseconds(20_000..<200_000),
            .failure(server: server, holder: holder, exchange: exchange, isUnknown: true))
    }

    private mutating func request(
        _ server: Int, _ holder: Int64, _ exchange: UInt64, _ reports: [LeaseReport]
    ) throws(SimulationFailure) {
        let crashesBefore = hasFaults && random.chance(2)
        if crashesBefore { crashDatabase() }
        guard isDatabaseUp else { return timeOut(server, holder, exchange) }
        let (grants, recalled) = database.exchange(holder, reports, now: databaseTime)
        try checkDatabase()
        hint(recalled)
        if hasFaults, random.chance(2) { crashDatabase() }
        guard isDatabaseUp, !(hasFaults && random.chance(20)) else {
            return timeOut(server, holder, exchange)
        }
        queue.push(
            at: now + random.microseconds(50..<1_500),
            .answer(server: server, holder: holder, exchange: exchange, grants))
    }

    /// Notifications are hints: some are lost.
    mutating func hint(_ accounts: [QuotaAccount]) {
        for account in accounts {
            for server in servers where server.isUp && !(hasFaults && random.chance(100)) {
                queue.push(
                    at: now + random.microseconds(50..<2_000),
                    .hint(server: server.number, holder: server.holder, account))
            }
        }
    }

    mutating func resume(
        _ server: Int, _ resumed: [LedgerResumption]
    ) throws(SimulationFailure) {
        for resumption in resumed
        where servers[server].listeners.remove(resumption.ticket) == nil {
            guard let call = servers[server].calls.removeValue(forKey: resumption.ticket) else {
                let isCancelled = servers[server].cancelled.remove(resumption.ticket) != nil
                try check(isCancelled, "server \(server) answers a call twice")
                continue
            }
            try answered(server, call, resumption.outcome)
        }
        if let broken = servers[server].ledger.inconsistency {
            try check(false, "server \(server): \(broken)")
        }
        pump(server)
    }
}
