internal import QuotaSimulation
internal import Tenancy
internal import Testing

/// What many accounts at once make of each other's exchanges.
@Suite struct LeaseLedgerPaceTests {
    private static func driver(
        accounts count: Int64, _ settings: LedgerSettings = LedgerSettings()
    ) throws -> (LedgerDriver, [QuotaAccount]) {
        let accounts = try (1...count).map { try LedgerDriver.account(tenant: $0) }
        let counters = accounts.map { ($0, ModelDatabase.Counter(max: 1_000_000, window: nil)) }
        return (
            LedgerDriver(Dictionary(uniqueKeysWithValues: counters), settings: settings), accounts
        )
    }

    @Test("Who waits is asked for first, and few are asked beside that nobody waits for")
    func order() throws {
        var settings = LedgerSettings()
        settings.reportsPerExchangeMax = 6
        settings.quietReportsPerExchangeMax = 4
        var (driver, accounts) = try Self.driver(accounts: 20, settings)
        let cold = accounts.removeLast()
        for account in accounts { #expect(try driver.consume([.init(account, 1)]).isAdmitted) }
        driver.advance(LedgerDriver.second)
        // Two run low, all the others have something to tell.
        for account in accounts.dropFirst(2) {
            _ = driver.ledger.takeAtOnce(.init(account, 1), now: driver.now)
        }
        for account in accounts.prefix(2) {
            let taken = driver.ledger.takeAtOnce(.init(account, 6), now: driver.now)
            #expect(taken != nil)
        }
        driver.now += LedgerDriver.second
        guard case .later = driver.ledger.consume(.init(cold, 1), now: driver.now) else {
            Issue.record("nothing is known of the account")
            return
        }
        let reports = driver.ledger.exchange(now: driver.now)
        #expect(reports.prefix(3).map(\.account) == [cold] + accounts.prefix(2))
        #expect(reports.count == 5, "one that is waited for, and four that are not")
    }

    @Test("What is only due takes a quarter of the time, and who waits does not wait for that")
    func rest() throws {
        var (driver, accounts) = try Self.driver(accounts: 200)
        for account in accounts { #expect(try driver.consume([.init(account, 1)]).isAdmitted) }
        driver.advance(10 * LedgerDriver.second)
        for account in accounts {
            _ = driver.ledger.takeAtOnce(.init(account, 1), now: driver.now)
        }
        driver.now += LedgerDriver.second
        let reports = driver.ledger.exchange(now: driver.now)
        #expect(reports.count == 64)
        let took = 40 * LedgerDriver.millisecond
        driver.now += took
        let grants = driver.database.exchange(driver.holder, reports, now: driver.now).grants
        driver.keep(driver.ledger.complete(driver.ledger.exchangeNumber, grants, now: driver.now))
        #expect(driver.ledger.exchangeTime == driver.now + 3 * took)
        _ = driver.ledger.consume(.init(accounts[0], 1), .committed, now: driver.now)
        #expect(driver.ledger.exchangeTime.map { $0 <= driver.now } == true)
        let pausedUntil = driver.now + 3 * took
        let urgent = driver.ledger.exchange(now: driver.now)
        #expect(urgent.map(\.account) == [accounts[0]])
        driver.now += LedgerDriver.millisecond
        let answers = driver.database.exchange(driver.holder, urgent, now: driver.now).grants
        driver.keep(driver.ledger.complete(driver.ledger.exchangeNumber, answers, now: driver.now))
        #expect(driver.ledger.exchangeTime == pausedUntil, "it shortens no pause")
    }

    @Test("An account that is used now and then has its units in the hand")
    func nowAndThen() throws {
        var (driver, accounts) = try Self.driver(accounts: 1)
        var waits = 0
        for _ in 0..<100 {
            if driver.ledger.takeAtOnce(.init(accounts[0], 1), now: driver.now) == nil {
                #expect(try driver.consume([.init(accounts[0], 1)]).isAdmitted)
                waits += 1
            }
            for _ in 0..<40 { driver.advance(75 * LedgerDriver.millisecond) }
            driver.ledger.sweep(now: driver.now)
        }
        #expect(waits == 1)
        #expect(driver.used(accounts[0]) == 100)
    }

    @Test("A block grows until it lasts for seconds, and not further")
    func growth() throws {
        var (driver, accounts) = try Self.driver(accounts: 1)
        var draws = 0
        var granted = driver.ledger.unitsInHand
        // A hundred a second, for a minute.
        for _ in 0..<6_000 {
            #expect(try driver.consume([.init(accounts[0], 1)]).isAdmitted)
            driver.advance(10 * LedgerDriver.millisecond)
            if driver.ledger.unitsInHand > granted { draws += 1 }
            granted = driver.ledger.unitsInHand
        }
        #expect(draws < 20)
        #expect(driver.ledger.unitsInHand < 6_000)
    }

    @Test("Units that nobody uses go back with the flush, and before whom nobody else waits")
    func idle() throws {
        var settings = LedgerSettings()
        settings.quietReportsPerExchangeMax = 3
        var (driver, accounts) = try Self.driver(accounts: 10, settings)
        for account in accounts { #expect(try driver.consume([.init(account, 1)]).isAdmitted) }
        driver.advance(LedgerDriver.second)
        driver.now += 61 * LedgerDriver.second
        driver.ledger.sweep(now: driver.now)
        #expect(driver.ledger.unitsInHand == 0)
        // One of them is wanted elsewhere.
        driver.ledger.recall(accounts[9], now: driver.now)
        #expect(driver.ledger.exchange(now: driver.now).map(\.account) == [accounts[9]])
    }

    @Test("Those whose time has come have their part, however many run low")
    func share() throws {
        var (driver, accounts) = try Self.driver(accounts: 300)
        for account in accounts { #expect(try driver.consume([.init(account, 1)]).isAdmitted) }
        driver.advance(10 * LedgerDriver.second)
        _ = driver.ledger.takeAtOnce(.init(accounts[299], 1), now: driver.now)
        for account in accounts.dropLast() {
            let taken = driver.ledger.takeAtOnce(.init(account, 6), now: driver.now)
            #expect(taken != nil)
        }
        driver.now += LedgerDriver.second
        let reports = driver.ledger.exchange(now: driver.now)
        #expect(reports.count == 64 && reports.contains { $0.account == accounts[299] })
    }

    @Test("Exchanges that fail, and questions, make no block larger")
    func unused() throws {
        var (driver, accounts) = try Self.driver(accounts: 1)
        #expect(try driver.consume([.init(accounts[0], 1)]).isAdmitted)
        driver.advance(LedgerDriver.second)
        _ = driver.ledger.takeAtOnce(.init(accounts[0], 6), now: driver.now)
        for _ in 0..<5 {
            driver.failExchange(isUnknown: false)
            driver.now += LedgerDriver.second / 10
            _ = driver.ledger.takeAtOnce(.init(accounts[0], 1), now: driver.now)
        }
        driver.advance(LedgerDriver.second)
        for _ in 0..<5 {
            #expect(driver.ledger.check(accounts[0], 100_000, now: driver.now) == nil)
            driver.advance(LedgerDriver.second)
        }
        #expect(driver.ledger.unitsInHand <= 64)
    }

    @Test("The end draws nothing: neither what ran low nor what was being asked for stays behind")
    func end() throws {
        var (driver, accounts) = try Self.driver(accounts: 2)
        for account in accounts { #expect(try driver.consume([.init(account, 1)]).isAdmitted) }
        driver.advance(LedgerDriver.second)
        _ = driver.ledger.takeAtOnce(.init(accounts[0], 6), now: driver.now)
        let reports = driver.ledger.exchange(now: driver.now)
        #expect(reports.map(\.account) == [accounts[0]])
        _ = driver.ledger.takeAtOnce(.init(accounts[1], 6), now: driver.now)
        driver.ledger.returnEverything(now: driver.now)
        let grants = driver.database.exchange(driver.holder, reports, now: driver.now).grants
        driver.keep(driver.ledger.complete(driver.ledger.exchangeNumber, grants, now: driver.now))
        driver.exchange()
        #expect(driver.ledger.exchangeTime == nil && driver.ledger.unitsInHand == 0)
        for account in accounts {
            #expect(driver.database.counters[account]?.leased == 0)
            #expect(driver.used(account) == 7)
        }
    }
}
