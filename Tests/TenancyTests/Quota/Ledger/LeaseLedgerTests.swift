internal import QuotaSimulation
internal import Tenancy
internal import Testing

@Suite struct LeaseLedgerTests {
    @Test("The first taking draws a block, and the next ones are answered from memory")
    func block() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 1_000, window: nil)])
        guard case .later(let ticket) = driver.ledger.consume(.init(account, 1), now: driver.now)
        else {
            Issue.record("there was nothing in the hand")
            return
        }
        driver.exchange()
        #expect(driver.answers[ticket]?.standing?.current == 1)
        for taken in 2...4 {
            let decision = driver.ledger.consume(.init(account, 1), now: driver.now)
            guard case .now(.admitted(let standing)) = decision else {
                Issue.record("\(decision)")
                return
            }
            #expect(standing.current == Int64(taken) && standing.max == 1_000)
        }
        #expect(driver.used(account) == 0, "usage is reported later")
        driver.advance(50 * LedgerDriver.millisecond)
        #expect(driver.used(account) == 4)
    }

    @Test(
        "Exactly the limit is admitted, then denied with what remains",
        arguments: [
            Durability.leased, .committed,
        ])
    func limit(durability: Durability) throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 137, window: nil)])
        #expect(try driver.consumeAll(account, durability) == 137)
        let denied = try driver.consume([.init(account, 1)], durability)
        guard case .denied(let standing, charge: 0, retryAfter: nil) = denied else {
            Issue.record("\(denied)")
            return
        }
        #expect(standing.current == 137 && standing.max == 137)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 137)
    }

    @Test("An amount that is not left changes nothing, and a smaller one still goes")
    func tooMuch() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 10, window: nil)])
        #expect(try driver.consume([.init(account, 7)]).isAdmitted)
        #expect(try driver.consume([.init(account, 4)]).isAdmitted == false)
        #expect(try driver.consume([.init(account, 3)]).isAdmitted)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 10)
    }

    @Test("A committed taking is answered after the commit, and many share one")
    func groupCommit() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 10_000, window: nil)])
        _ = try driver.consume([.init(account, 64)])
        driver.advance(LedgerDriver.millisecond)
        var tickets: [LedgerTicket] = []
        for _ in 0..<32 {
            guard
                case .later(let ticket) = driver.ledger.consume(
                    .init(account, 1), .committed, now: driver.now)
            else { continue }
            tickets.append(ticket)
        }
        #expect(tickets.count == 32)
        driver.exchange()
        #expect(tickets.allSatisfy { driver.answers[$0]?.isAdmitted == true })
        #expect(driver.used(account) == 96)
    }

    @Test("All accounts or none: the one that refuses is named, and the others keep their units")
    func allOrNone() throws {
        let tenant = try LedgerDriver.account()
        let key = try LedgerDriver.account(.keyCalls, subject: "key:1")
        let user = try LedgerDriver.account(subject: "user:1")
        var driver = LedgerDriver([
            tenant: .init(max: 10, window: nil), user: .init(max: 20, window: nil),
            key: .init(max: 3, window: 20 * LedgerDriver.second),
        ])
        let charges = [QuotaCharge(tenant, 2), QuotaCharge(user, 2), QuotaCharge(key, 1)]
        for _ in 0..<3 { #expect(try driver.consume(charges).isAdmitted) }
        guard case .denied(let standing, let charge, let retry) = try driver.consume(charges)
        else {
            Issue.record("the key had three calls")
            return
        }
        #expect(charge == 2 && standing.max == 3)
        #expect(retry.map { $0 <= 10 * LedgerDriver.second } == true, "when its hour is over")
        driver.advance(LedgerDriver.second)
        #expect([tenant, user, key].map(driver.used) == [6, 6, 3])
        // The user may have more than is left of the tenant, which is never exceeded.
        #expect(try driver.consumeAll(user) == 14)
        #expect(try driver.consume([.init(tenant, 5), .init(user, 1)]).isAdmitted == false)
        #expect(try driver.consume([.init(tenant, 4)]).isAdmitted)
    }

    @Test("Two accounts are taken from memory together, or neither is touched")
    func twoAtOnce() throws {
        let tenant = try LedgerDriver.account()
        let key = try LedgerDriver.account(.keyCalls, subject: "1")
        var driver = LedgerDriver([
            tenant: .init(max: 100, window: nil),
            key: .init(max: 6, window: 20 * LedgerDriver.second),
        ])
        let (units, call) = (QuotaCharge(tenant, 5), QuotaCharge(key, 1))
        let early = driver.ledger.takeAtOnce(units, and: call, now: driver.now)
        #expect(early == nil)
        #expect(try driver.consume([units, call]).standing?.max == 100, "the tenant's is shown")
        driver.advance(LedgerDriver.second)
        var taken = 1
        while driver.ledger.takeAtOnce(units, and: call, now: driver.now) != nil {
            taken += 1
            driver.advance(LedgerDriver.millisecond)
        }
        driver.advance(LedgerDriver.second)
        #expect(driver.used(key) == Int64(taken) && driver.used(tenant) == Int64(5 * taken))
        while try driver.consume([units, call]).isAdmitted { taken += 1 }
        driver.advance(LedgerDriver.second)
        #expect(taken == 6 && driver.used(key) == 6 && driver.used(tenant) == 30)
    }

    @Test("Three levels are taken from memory together, and the one that refuses is named")
    func threeAtOnce() throws {
        let tenant = try LedgerDriver.account()
        let share = try LedgerDriver.account(subject: "user:ann")
        let key = try LedgerDriver.account(.keyCalls, subject: "1")
        var driver = LedgerDriver([
            tenant: .init(max: 100, window: nil), share: .init(max: 30, window: nil),
            key: .init(max: 50, window: nil),
        ])
        let charges = [QuotaCharge(tenant, 3), QuotaCharge(share, 3), QuotaCharge(key, 1)]
        func atOnce(_ driver: inout LedgerDriver) -> LedgerStanding? {
            driver.ledger.takeAtOnce(charges[0], and: charges[1], and: charges[2], now: driver.now)
        }
        #expect(atOnce(&driver) == nil)
        #expect(try driver.consume(charges).isAdmitted)
        driver.advance(LedgerDriver.second)
        #expect(atOnce(&driver)?.max == 100, "the tenant's is shown")
        for _ in 0..<8 { #expect(try driver.consume(charges).isAdmitted) }
        #expect(atOnce(&driver) == nil)
        guard case .denied(let standing, charge: 1, _) = try driver.consume(charges) else {
            Issue.record("the share had thirty units")
            return
        }
        #expect(standing.max == 30)
        driver.advance(LedgerDriver.second)
        #expect([tenant, share, key].map(driver.used) == [30, 30, 10])
    }

    @Test("Who has no share is limited by the tenant alone, until there is one")
    func noShare() throws {
        let tenant = try LedgerDriver.account()
        let share = try LedgerDriver.account(subject: "user:ann")
        var driver = LedgerDriver([
            tenant: .init(max: 100, window: nil), share: .init(max: 5, window: nil),
        ])
        driver.database.setShare(share, isThere: false, now: driver.now)
        let (units, ofShare) = (QuotaCharge(tenant, 2), QuotaCharge(share, 2))
        #expect(try driver.consume([units, ofShare]).standing?.max == 100)
        driver.advance(LedgerDriver.second / 10)
        let again = driver.ledger.takeAtOnce(units, and: ofShare, now: driver.now)
        #expect(again?.current == 4, "from memory")
        #expect(driver.ledger.check(share, 1_000, now: driver.now) != nil)
        driver.advance(LedgerDriver.second)
        let late = driver.ledger.takeAtOnce(units, and: ofShare, now: driver.now)
        #expect(late == nil, "that is believed for a while only")
        #expect(try driver.consume([units, ofShare], .committed).isAdmitted)

        // An answer that was on its way when the share was set is of before.
        driver.now += LedgerDriver.second
        guard case .later(let ticket) = driver.ledger.consume([units, ofShare], now: driver.now)
        else {
            Issue.record("it was believed for too long")
            return
        }
        let reports = driver.ledger.exchange(now: driver.now)
        let grants = driver.database.exchange(driver.holder, reports, now: driver.now).grants
        driver.database.setShare(share, isThere: true, now: driver.now)
        driver.ledger.refresh(share.tenant)
        driver.keep(driver.ledger.complete(driver.ledger.exchangeNumber, grants, now: driver.now))
        driver.exchange()
        #expect(driver.answers[ticket]?.isAdmitted == true)
        var admitted = 0
        while try driver.consume([units, ofShare]).isAdmitted { admitted += 1 }
        #expect(admitted == 2, "as many as five units are for")
        driver.advance(LedgerDriver.second)
        #expect(driver.used(share) == 4 && driver.used(tenant) == 12)

        // What was drawn of a share that is gone is given back, and counts when there is one again.
        driver.database.setLimit(share, 50)
        driver.ledger.refresh(share.tenant)
        for _ in 0..<4 { #expect(try driver.consume([units, ofShare]).isAdmitted) }
        driver.advance(LedgerDriver.second)
        #expect(driver.used(share) == 12)
        let unreported = driver.ledger.takeAtOnce(units, and: ofShare, now: driver.now)
        #expect(unreported != nil)
        driver.database.setShare(share, isThere: false, now: driver.now)
        driver.database.setShare(share, isThere: true, now: driver.now)
        #expect(driver.used(share) == 0)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(share) == 2)
        driver.database.setShare(share, isThere: false, now: driver.now)
        driver.ledger.reviewEverything()
        driver.exchange()
        #expect(try driver.consume([units, ofShare]).isAdmitted)
        driver.ledger.returnEverything(now: driver.now)
        driver.exchange()
        #expect(driver.ledger.inconsistency == nil && driver.ledger.unitsInHand == 0)
    }

    @Test("A change of a tenant reaches the limits of its users and keys")
    func changedSubject() throws {
        let key = try LedgerDriver.account(.keyCalls, subject: "1")
        var driver = LedgerDriver([key: .init(max: 100, window: nil)])
        _ = try driver.consume([.init(key, 1)])
        driver.database.setLimit(key, 2)
        let isKnown = driver.ledger.refreshed(key.tenant) != nil
        #expect(isKnown, "there were calls in the hand")
        driver.advance(LedgerDriver.millisecond)
        #expect(try driver.consumeAll(key) == 1)
        driver.database.setLimit(key, 5)
        driver.ledger.refresh(key.tenant)
        #expect(try driver.consumeAll(key) == 3)
    }

    @Test("A new period begins with the whole limit, and the old one keeps what was its own")
    func rollover() throws {
        let account = try LedgerDriver.account()
        let month = 20 * LedgerDriver.second
        var driver = LedgerDriver([account: .init(max: 50, window: month)])
        #expect(try driver.consumeAll(account) == 50)
        driver.now = month + LedgerDriver.millisecond
        #expect(try driver.consumeAll(account) == 50)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 50)
        #expect(driver.database.past[.init(account: account, period: 0)] == 50)
    }

    @Test("Consumption of the last moment is counted in its own period")
    func lastMoment() throws {
        let account = try LedgerDriver.account()
        let month = 20 * LedgerDriver.second
        var driver = LedgerDriver([account: .init(max: 50, window: month)])
        _ = try driver.consume([.init(account, 1)])
        driver.now = month - 1_000
        guard case .now = driver.ledger.consume(.init(account, 1), now: driver.now) else {
            Issue.record("a unit was in the hand")
            return
        }
        driver.now = month + LedgerDriver.millisecond
        #expect(try driver.consume([.init(account, 1)]).isAdmitted)
        driver.advance(LedgerDriver.second)
        #expect(driver.database.past[.init(account: account, period: 0)] == 2)
        #expect(driver.used(account) == 1)
    }

    @Test("What others wait for is given back at once, and what is idle after a while")
    func recall() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100, window: nil)])
        _ = try driver.consume([.init(account, 1)])
        #expect(driver.ledger.unitsInHand > 0)
        driver.ledger.recall(account, now: driver.now)
        driver.exchange()
        #expect(driver.ledger.unitsInHand == 0)
        #expect(driver.database.counters[account]?.leased == 0)

        _ = try driver.consume([.init(account, 1)])
        driver.now += 61 * LedgerDriver.second
        driver.ledger.sweep(now: driver.now)
        driver.advance(LedgerDriver.second)
        #expect(driver.database.counters[account]?.leased == 0)
        driver.now += 700 * LedgerDriver.second
        driver.ledger.sweep(now: driver.now)
        #expect(driver.ledger.accountCount == 0)
    }

    @Test("A tenant that may not work takes nothing, from the hand neither")
    func inactive() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100, window: nil)])
        _ = try driver.consume([.init(account, 1)])
        driver.database.isTenantActive = false
        driver.ledger.refresh(account.tenant)
        driver.exchange()
        #expect(try driver.consume([.init(account, 1)]) == .tenantInactive)
        #expect(driver.database.counters[account]?.leased == 0)
        driver.database.isTenantActive = true
        driver.now += 10 * LedgerDriver.millisecond
        #expect(try driver.consume([.init(account, 1)]).isAdmitted)
        let absent = try LedgerDriver.account(tenant: 8)
        #expect(try driver.consume([.init(absent, 1)]) == .absent)
    }

    @Test("A changed limit counts from the refresh on, and its version is told")
    func liveLimit() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 10, window: nil)])
        #expect(try driver.consumeAll(account) == 10)
        driver.database.setLimit(account, 15)
        driver.ledger.refresh(account.tenant)
        let answer = try driver.consume([.init(account, 5)])
        #expect(answer.standing?.version == 2 && answer.standing?.max == 15)
        #expect(try driver.consumeAll(account) == 0)
    }

    @Test("A limit that is only recorded admits everything and shows by how much it was exceeded")
    func shadow() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 5, window: nil, mode: .shadow)])
        for _ in 0..<20 { #expect(try driver.consume([.init(account, 1)]).isAdmitted) }
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 20)
    }

    @Test("A check from memory is certain, and one that is not goes to the database")
    func check() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100, window: nil)])
        #expect(driver.ledger.check(account, 1, now: driver.now) == nil)
        driver.exchange()
        #expect(driver.ledger.check(account, 1, now: driver.now)?.max == 100)
        #expect(driver.ledger.check(account, 0, now: driver.now) != nil)
        #expect(driver.ledger.check(account, 100, now: driver.now) == nil)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 0)
    }

    @Test("A call that was cancelled while it waited takes nothing")
    func cancelled() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100, window: nil)])
        guard case .later(let ticket) = driver.ledger.consume(.init(account, 9), now: driver.now)
        else { return }
        driver.ledger.cancel(ticket)
        driver.exchange()
        #expect(driver.answers[ticket] == nil && driver.ledger.waitingCount == 0)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 0)
    }

    @Test("Blocks grow with the rate and shrink near the limit")
    func adaptive() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100_000, window: nil)])
        var exchanges = 0
        for _ in 0..<50_000 {
            _ = try driver.consume([.init(account, 1)])
            if driver.ledger.exchangeTime == 0 {
                exchanges += 1
                driver.exchange()
            }
        }
        #expect(exchanges < 100, "\(exchanges) exchanges for 50,000 units")
        #expect(try driver.consumeAll(account) == 50_000)
    }
}
