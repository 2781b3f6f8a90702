internal import QuotaSimulation
internal import Tenancy
internal import Testing

@Suite struct LeaseLedgerOutageTests {
    @Test("While the database is away the hand is spent, marked, and then callers are refused")
    func refuses() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100, window: nil)])
        _ = try driver.consume([.init(account, 1)])
        let inHand = driver.ledger.unitsInHand
        driver.now += 60 * LedgerDriver.millisecond
        driver.failExchange(isUnknown: false)
        #expect(driver.ledger.isAway)
        for _ in 0..<inHand {
            let decision = driver.ledger.consume(.init(account, 1), now: driver.now)
            guard case .now(.admitted(let standing)) = decision else {
                Issue.record("\(decision)")
                return
            }
            #expect(standing.isDegraded)
        }
        #expect(
            driver.ledger.consume(.init(account, 1), now: driver.now) == .now(.unavailable))
        driver.now += LedgerDriver.second
        #expect(try driver.consume([.init(account, 1)]).standing?.isDegraded == false)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 2 + inHand)
    }

    @Test("A resource that says so admits meanwhile, and is reconciled afterwards")
    func admits() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([
            account: .init(max: 10, window: nil, admitsWhenAway: true)
        ])
        _ = try driver.consume([.init(account, 1)])
        driver.now += 60 * LedgerDriver.millisecond
        driver.failExchange(isUnknown: false)
        for _ in 0..<30 {
            guard
                case .now(.admitted) = driver.ledger.consume(.init(account, 1), now: driver.now)
            else {
                Issue.record("refused")
                return
            }
        }
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 31)
        #expect(try driver.consume([.init(account, 1)]).isAdmitted == false)
    }

    @Test(
        "No more is admitted meanwhile than can be counted",
        arguments: [Durability.leased, .committed])
    func bounded(durability: Durability) throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([
            account: .init(max: 10, window: nil, admitsWhenAway: true)
        ])
        _ = try driver.consume([.init(account, 1)])
        driver.now += 60 * LedgerDriver.millisecond
        driver.failExchange(isUnknown: false)
        var taken: Int64 = 1
        for units in [.max, 1 << 62, 1 << 52, 1 << 52, 1 << 52, .max, 1] as [Int64] {
            switch driver.ledger.consume(.init(account, units), durability, now: driver.now) {
            case .now(.admitted), .later: taken += units
            case let decision: #expect(decision == .now(.unavailable))
            }
        }
        #expect(taken < 1 << 54 && taken > 1 << 52)
        driver.advance(LedgerDriver.second)
        #expect(driver.ledger.inconsistency == nil)
        #expect(driver.used(account) == taken)
        // It waits for units, and there are none.
        #expect(try driver.consume([.init(account, .max)]).isAdmitted == false)
    }

    @Test("A hand of everything there is draws no more")
    func everything() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: .max, window: nil)])
        #expect(try driver.consume([.init(account, .max - 10)]).isAdmitted)
        for _ in 0..<10 { #expect(try driver.consume([.init(account, 1)]).isAdmitted) }
        #expect(try driver.consume([.init(account, 1)]).isAdmitted == false)
        #expect(try driver.consume([.init(account, .max)]).isAdmitted == false)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == .max)
        #expect(driver.ledger.inconsistency == nil)
    }

    @Test("A commit that certainly failed takes nothing; one that may have happened stays taken")
    func commits() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100, window: nil)])
        _ = try driver.consume([.init(account, 1)])
        driver.advance(60 * LedgerDriver.millisecond)
        func take(_ driver: inout LedgerDriver) -> LedgerTicket? {
            let decision = driver.ledger.consume(.init(account, 1), .committed, now: driver.now)
            guard case .later(let ticket) = decision else { return nil }
            return ticket
        }
        let failed = try #require(take(&driver))
        driver.failExchange(isUnknown: false)
        #expect(driver.answers[failed] == .unavailable)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 1)

        let lost = try #require(take(&driver))
        driver.failExchange(isUnknown: true, isApplied: true)
        #expect(driver.answers[lost] == .unknown)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 2, "told again, counted once")
    }

    @Test("Calls that wait for units when the database goes away are refused, not kept")
    func waiting() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100, window: nil)])
        guard case .later(let ticket) = driver.ledger.consume(.init(account, 1), now: driver.now)
        else { return }
        driver.failExchange(isUnknown: true, isApplied: true)
        #expect(driver.answers[ticket] == .unavailable)
        driver.advance(LedgerDriver.second)
        // The units that were granted unheard are found again.
        #expect(driver.ledger.unitsInHand == driver.database.counters[account]?.leased)
        #expect(driver.used(account) == 0)
    }

    @Test("A lease that was taken for lost is given up, and what is reported late is put right")
    func lost() throws {
        let account = try LedgerDriver.account()
        var driver = LedgerDriver([account: .init(max: 100, window: nil)])
        _ = try driver.consume([.init(account, 3)])
        driver.database.reclaim(driver.holder)
        let counted = driver.used(account)
        #expect(counted > 3)
        // Cut off, it spends on: that is counted already.
        #expect(try driver.consume([.init(account, 1)]).isAdmitted)
        #expect(driver.used(account) == counted)
        driver.advance(LedgerDriver.second)
        #expect(driver.used(account) == 4)
        #expect(try driver.consumeAll(account) == 96)
    }
}
