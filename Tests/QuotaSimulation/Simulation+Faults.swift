internal import Tenancy

/// What goes wrong, and how it ends.
extension Simulation {
    mutating func scheduleFaults() {
        let faults: [(Event, UInt64)] = [
            (.crashServer, 4), (.crashDatabase, 3), (.stall, 4), (.clockJump, 3),
            (.changeLimit, 3), (.toggleShare, 4), (.toggleTenant, 2), (.falseReclaim, 2),
        ]
        for (fault, most) in faults {
            for _ in 0..<random.below(most) {
                queue.push(at: now + random.below(Self.faultTime), fault)
            }
        }
    }

    mutating func fault(_ event: Event) throws(SimulationFailure) {
        if case .reclaim(let holder) = event {
            database.reclaim(holder)
            return try checkDatabase()
        }
        if case .restartServer(let server) = event {
            return restart(server)
        }
        if case .restartDatabase = event {
            isDatabaseUp = true
            return
        }
        guard hasFaults else { return }
        let server = Int(random.below(UInt64(servers.count)))
        switch event {
        case .crashServer: crash(server)
        case .crashDatabase: crashDatabase()
        case .stall:
            servers[server].stalledUntil = now + random.microseconds(1_000..<1_500_000)
        case .clockJump:
            databaseClock += Int64(random.below(6_000_000_000)) - 3_000_000_000
        case .changeLimit: changeLimit()
        case .toggleShare:
            let isThere = !database.unlimited.contains(accounts[6])
            database.setShare(accounts[6], isThere: !isThere, now: databaseTime)
            try checkDatabase()
            refresh()
        case .toggleTenant:
            database.isTenantActive.toggle()
            refresh()
            if !database.isTenantActive {
                queue.push(at: now + random.microseconds(1..<300_000), .toggleTenant)
            }
        case .falseReclaim:
            if random.chance(500) {
                database.reclaim(servers[server].holder)
            } else {
                database.reclaim(reportedBefore: databaseTime)
            }
            try checkDatabase()
        default: break
        }
    }

    private mutating func crash(_ server: Int) {
        guard servers[server].isUp else { return }
        servers[server].isUp = false
        // Nobody will be told what became of these.
        for call in servers[server].calls.values {
            for charge in call.charges { unsure[charge.account, default: 0] += charge.units }
        }
        let clients = servers[server].calls.values.map(\.client).sorted()
        servers[server].calls = [:]
        for client in clients { again(client) }
        queue.push(
            at: now + random.microseconds(200_000..<1_500_000), .reclaim(servers[server].holder))
        queue.push(at: now + random.microseconds(1_000..<1_000_000), .restartServer(server))
    }

    private mutating func restart(_ server: Int) {
        guard !servers[server].isUp else { return }
        servers[server].restart(holder: takeHolder())
        queue.push(
            at: now + 250_000_000, .sweep(server: server, holder: servers[server].holder))
    }

    mutating func crashDatabase() {
        guard isDatabaseUp else { return }
        isDatabaseUp = false
        queue.push(at: now + random.microseconds(1_000..<800_000), .restartDatabase)
    }

    private mutating func changeLimit() {
        let account = accounts[Int(random.below(UInt64(accounts.count)))]
        let limit = Int64(random.below(500)) + 1
        database.setLimit(account, limit)
        limits[account] = max(limits[account] ?? 0, limit)
        refresh()
    }

    private mutating func refresh() {
        for server in servers where server.isUp && random.chance(900) {
            guard server.stalledUntil <= now else { continue }
            for account in accounts { server.ledger.refresh(account.tenant) }
            pump(server.number)
        }
    }

    /// From here on nothing goes wrong any more; what has gone wrong takes its course.
    mutating func heal() {
        hasFaults = false
        database.isTenantActive = true
        database.setShare(accounts[6], isThere: true, now: databaseTime)
        for server in servers {
            server.stalledUntil = min(server.stalledUntil, now)
            if !server.isUp { queue.push(at: now, .restartServer(server.number)) }
            for account in accounts { server.ledger.refresh(account.tenant) }
            queue.push(at: now + 1, .wake(server: server.number, holder: server.holder))
        }
        queue.push(at: now, .restartDatabase)
    }
}
