internal import Tenancy

/// What must be true, always and at the end.
extension Simulation {
    /// After every transaction.
    func checkDatabase() throws(SimulationFailure) {
        for account in accounts where !database.unlimited.contains(account) {
            guard let counter = database.counters[account] else { continue }
            let name = ModelDatabase.PeriodName(account: account, period: counter.period)
            let sum = database.sums[name, default: 0]
            // A share that is set anew is counted from then on.
            try check(
                counter.used == sum || account == accounts[6],
                "\(account): counter \(counter.used), entries \(sum)")
            try check(
                counter.used >= 0 && counter.leased >= 0,
                "\(account): \(counter.used) used, \(counter.leased) leased")
            guard counter.mode == .enforced else { continue }
            let limit = limits[account] ?? 0
            let given = counter.used + counter.reserved + counter.leased
            try check(given <= limit, "\(account): \(given) of \(limit) units given")
        }
    }

    /// Everything has been healed and has had time to settle.
    mutating func finish() throws(SimulationFailure) {
        // By the database's clock, which may have gone back, nothing is of just now.
        let latest = database.leases.values.map(\.reportedAt).max() ?? 0
        let age = Self.forgottenAfter + 1
        if databaseTime < latest + age { now += latest + age - databaseTime }
        try settle()
        try checkConservation()
        for account in accounts where account != accounts[5] {
            try consumeTheRest(account)
        }
        try settle()
        try checkConservation()
    }

    /// Everybody gives back what it holds.
    private mutating func settle() throws(SimulationFailure) {
        for server in servers {
            server.ledger.returnEverything(now: now)
            try quiet(server.number)
            try check(server.calls.isEmpty, "calls of server \(server.number) are never answered")
            try check(server.listeners.isEmpty, "server \(server.number) leaves who waits waiting")
            try check(
                server.ledger.waitingCount == 0, "server \(server.number) forgets who waited")
        }
        database.reclaim(reportedBefore: databaseTime - Self.forgottenAfter)
        let living = Set(servers.map(\.holder))
        for (name, lease) in database.leases where living.contains(name.holder) {
            let current = database.counters[name.account]?.period
            guard lease.period == current else { continue }
            try check(
                lease.outstanding == 0,
                "\(name.account): \(lease.outstanding) units stay with holder \(name.holder)")
        }
    }

    /// Exchanges of one server, at once and without a fault, until it has nothing to tell.
    ///
    /// - Parameter untilAnswered: Stops as soon as no call waits.
    private mutating func quiet(
        _ number: Int, untilAnswered: Bool = false
    ) throws(SimulationFailure) {
        let server = servers[number]
        var rounds = 0
        for exchange in server.ledger.exchangesUnderWay {
            let resumed = server.ledger.fail(exchange, isUnknown: true, now: now)
            try answer(server, resumed)
        }
        while let time = server.ledger.exchangeTime {
            if untilAnswered, server.calls.isEmpty { return }
            rounds += 1
            try check(rounds < 10_000, "server \(number) is never done")
            now = max(now, time)
            let reports = server.ledger.exchange(now: now)
            guard !reports.isEmpty else { continue }
            let (grants, recalled) = database.exchange(
                server.holder, reports, now: databaseTime)
            try checkDatabase()
            let exchange = server.ledger.exchangeNumber
            try answer(server, server.ledger.complete(exchange, grants, now: now))
            for account in recalled {
                for other in servers where other !== server {
                    other.ledger.recall(account, now: now)
                    try quiet(other.number)
                }
            }
        }
    }

    private mutating func answer(
        _ server: SimulatedServer, _ resumed: [LedgerResumption]
    ) throws(SimulationFailure) {
        for resumption in resumed {
            server.listeners.remove(resumption.ticket)
            guard let call = server.calls.removeValue(forKey: resumption.ticket) else { continue }
            try answered(server.number, call, resumption.outcome)
        }
    }

    /// What is free can be had, to the last unit.
    private mutating func consumeTheRest(_ account: QuotaAccount) throws(SimulationFailure) {
        var turn = 0
        while true {
            let server = servers[turn % servers.count]
            turn += 1
            try check(turn < 5_000, "\(account) never ends")
            let call = SimulatedServer.Call(
                client: 0, charges: [QuotaCharge(account, 1)], isCommitted: turn % 2 == 0)
            let before = denials
            now += 10_000
            switch server.ledger.consume(
                call.charges, call.isCommitted ? .committed : .leased, now: now)
            {
            case .now(let outcome): try answered(server.number, call, outcome)
            case .later(let ticket):
                server.calls[ticket] = call
                try quiet(server.number, untilAnswered: true)
            }
            if denials > before { break }
        }
        try settle()
        guard let counter = database.counters[account] else { return }
        let free = counter.max - counter.used - counter.reserved
        // Its period may have ended in between: then the units of the new one are free again.
        try check(
            free <= 0 || counter.window != nil && counter.used < turn,
            "\(account): denied with \(free) units free")
    }

    /// No unit is lost, other than as a recorded adjustment.
    private func checkConservation() throws(SimulationFailure) {
        for account in accounts where account != accounts[6] {
            var consumed: Int64 = 0
            var adjusted: Int64 = 0
            for entry in database.entries where entry.account == account {
                if entry.kind == .consumption {
                    consumed += entry.units
                } else {
                    adjusted += entry.units
                }
            }
            let told = admitted[account, default: 0]
            let most = told + unsure[account, default: 0]
            // What was admitted beyond a lease, as no limit is enforced, goes with a crash.
            try check(
                told <= consumed + adjusted || account == accounts[5],
                "\(account): \(told) admitted, \(consumed) consumed, \(adjusted) adjusted")
            try check(consumed <= most, "\(account): \(consumed) consumed, \(most) asked for")
            try check(adjusted >= 0, "\(account): \(adjusted) adjusted")
        }
    }
}
