internal import Tenancy
internal import TestSupport

/// What clients do, and what they may believe of the answers.
extension Simulation {
    mutating func act(_ client: Int) throws(SimulationFailure) {
        guard hasFaults else { return }
        let number = Int(random.below(UInt64(servers.count)))
        guard servers[number].isUp, servers[number].stalledUntil <= now else {
            return again(client)
        }
        if random.chance(150) { return startKeyed(client) }
        if random.chance(30) { listen(number) }
        let charges = charges()
        let isCommitted = random.chance(350)
        let call = SimulatedServer.Call(
            client: client, charges: charges, isCommitted: isCommitted)
        if charges.count > 1, !isCommitted,
            let standing = servers[number].ledger.takeAtOnce(
                charges[0], and: charges[1], and: charges.count > 2 ? charges[2] : nil, now: now)
        {
            try answered(number, call, .admitted(standing))
            return pump(number)
        }
        let decision = servers[number].ledger.consume(
            charges, isCommitted ? .committed : .leased, now: now)
        switch decision {
        case .now(let outcome): try answered(number, call, outcome)
        case .later(let ticket):
            servers[number].calls[ticket] = call
            if random.chance(20) {
                servers[number].ledger.cancel(ticket)
                servers[number].calls[ticket] = nil
                servers[number].cancelled.insert(ticket)
                unsure(call)
                again(client)
            }
        }
        if let broken = servers[number].ledger.inconsistency {
            try check(false, "server \(number): \(broken)")
        }
        pump(number)
    }

    /// Somebody waits until the database has heard everything of a tenant, or about an account.
    private mutating func listen(_ number: Int) {
        let account = accounts[Int(random.below(UInt64(accounts.count)))]
        let ticket =
            switch random.below(4) {
            case 0: servers[number].ledger.question(of: account)
            case 1: servers[number].ledger.refreshed(account)
            case 2: servers[number].ledger.giveBack(account, now: now)
            default: servers[number].ledger.flush(account.tenant, withSubjects: true)
            }
        if let ticket { servers[number].listeners.insert(ticket) }
    }

    mutating func again(_ client: Int) {
        guard hasFaults else { return }
        let isLong = random.chance(30)
        let pause = random.microseconds(1..<(isLong ? 900_000 : 25_000))
        queue.push(at: now + pause, .client(client))
    }

    private mutating func charges() -> [QuotaCharge] {
        func units(_ random: inout SplitMix) -> Int64 {
            random.chance(900) ? 1 : Int64(random.below(12)) + 1
        }
        let amount = units(&random)
        switch random.below(13) {
        case 0..<4: return [QuotaCharge(accounts[0], amount)]
        case 4: return [QuotaCharge(accounts[1], amount)]
        case 5: return [QuotaCharge(accounts[2], amount)]
        case 6: return [QuotaCharge(accounts[5], amount)]
        case 8: return [QuotaCharge(accounts[0], amount), QuotaCharge(accounts[3], 1)]
        case 7:
            return [
                QuotaCharge(accounts[3], 1), QuotaCharge(accounts[0], amount),
                QuotaCharge(accounts[1], units(&random)),
            ]
        case 9: return [QuotaCharge(accounts[0], amount), QuotaCharge(accounts[4], amount)]
        case 10, 11: return [QuotaCharge(accounts[0], amount), QuotaCharge(accounts[6], amount)]
        default:
            return [
                QuotaCharge(accounts[0], amount), QuotaCharge(accounts[4], amount),
                QuotaCharge(accounts[3], 1),
            ]
        }
    }

    mutating func answered(
        _ server: Int, _ call: SimulatedServer.Call, _ outcome: LedgerOutcome
    ) throws(SimulationFailure) {
        switch outcome {
        case .admitted:
            takings += 1
            for charge in call.charges {
                admitted[charge.account, default: 0] += charge.units
                if !call.isCommitted { try admittedFromLease(server, charge) }
            }
        case .unknown: unsure(call)
        case .unavailable where call.isCommitted && call.charges.count > 1:
            // Of several accounts, some may have been committed before the outage.
            unsure(call)
        case .denied: denials += 1
        default: break
        }
        again(call.client)
    }

    private mutating func unsure(_ call: SimulatedServer.Call) {
        for charge in call.charges { unsure[charge.account, default: 0] += charge.units }
    }

    /// Against the limit of the period that the lease is of, whatever the clocks say.
    private mutating func admittedFromLease(
        _ server: Int, _ charge: QuotaCharge
    ) throws(SimulationFailure) {
        guard let lease = servers[server].ledger.lease(of: charge.account) else { return }
        let name = ModelDatabase.LeaseName(
            holder: servers[server].holder, account: charge.account, lease: lease)
        guard let period = database.leases[name]?.period else { return }
        let periodName = ModelDatabase.PeriodName(account: charge.account, period: period)
        let sum = admittedInPeriod[periodName, default: 0] + charge.units
        admittedInPeriod[periodName] = sum
        guard charge.account != accounts[5], charge.account != accounts[6] else { return }
        let limit = limits[charge.account] ?? 0
        try check(sum <= limit, "\(charge.account): \(sum) of \(limit) units admitted")
    }

    // MARK: - Calls with a key

    private mutating func startKeyed(_ client: Int) {
        let units = Int64(random.below(3)) + 1
        let account = accounts[Int(random.below(3))]
        let share: QuotaAccount? =
            switch random.below(3) {
            case 0 where account == accounts[0]: accounts[4]
            case 1 where account == accounts[0]: accounts[6]
            default: nil
            }
        let call = KeyedCall(
            client: client, account: account, share: share, units: units, key: nextKey,
            attempt: 0, deadline: now + 100_000_000)
        nextKey += 1
        unsure[call.account, default: 0] += units
        if let share { unsure[share, default: 0] += units }
        send(call)
    }

    private mutating func send(_ call: KeyedCall) {
        if hasFaults, random.chance(50) {
            // The request or its answer is lost: the client tries again after a while.
            if random.chance(500) {
                queue.push(at: now + random.microseconds(1..<500_000), .keyed(call))
            }
            queue.push(at: now + random.microseconds(1_000..<200_000), .keyedAnswer(call, nil))
            return
        }
        queue.push(at: now + random.microseconds(50..<2_000), .keyed(call))
    }

    mutating func keyed(_ call: KeyedCall) throws(SimulationFailure) {
        guard isDatabaseUp else {
            queue.push(at: now + random.microseconds(50..<2_000), .keyedAnswer(call, nil))
            return
        }
        let (outcome, recalled) = database.consume(
            call.account, call.units, share: call.share, key: call.key, now: databaseTime)
        try checkDatabase()
        hint(recalled)
        queue.push(at: now + random.microseconds(50..<2_000), .keyedAnswer(call, outcome))
    }

    mutating func keyedAnswer(
        _ call: KeyedCall, _ outcome: ModelDatabase.KeyedOutcome?
    ) throws(SimulationFailure) {
        if outcome == .recalling, now >= call.deadline { return again(call.client) }
        guard let outcome, outcome != .recalling else {
            guard call.attempt < 30, hasFaults else { return again(call.client) }
            let next = KeyedCall(
                client: call.client, account: call.account, share: call.share,
                units: call.units, key: call.key, attempt: call.attempt + 1, deadline: call.deadline
            )
            return send(next)
        }
        try check(outcome != .reused, "a key means another request")
        if outcome == .admitted || outcome == .replayed {
            let effects = database.effects[call.key] ?? 0
            try check(effects == 1, "key \(call.key) has \(effects) effects")
        }
        again(call.client)
    }
}
