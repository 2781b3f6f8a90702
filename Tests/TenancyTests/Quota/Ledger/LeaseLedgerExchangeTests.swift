internal import QuotaSimulation
internal import Testing

@testable internal import Tenancy

/// A ticket that there has to be.
extension LedgerTicket? {
    fileprivate func ticket() throws -> LedgerTicket { try #require(self) }
}

/// Exchanges side by side, and who waits for their ends.
@Suite("The ledger's exchanges", .timeLimit(.minutes(1)))
struct LeaseLedgerExchangeTests {
    /// One exchange that is under way.
    private struct Exchange {
        let number: UInt64
        let reports: [LeaseReport]

        var tenants: [Int64] { reports.map(\.account.tenant.rawValue) }
    }

    private let accounts: [QuotaAccount]
    private var driver: LedgerDriver
    private let interval = LedgerSettings().exchangeInterval

    init() throws {
        accounts = try (1...5).map { try LedgerDriver.account(tenant: $0) }
        var settings = LedgerSettings()
        settings.reportsPerExchangeMax = 2
        driver = LedgerDriver(
            Dictionary(uniqueKeysWithValues: accounts.map { ($0, .init(max: 100, window: nil)) }),
            settings: settings)
    }

    private mutating func begin() -> Exchange? {
        let reports = driver.ledger.exchange(now: driver.now)
        guard !reports.isEmpty else { return nil }
        return Exchange(number: driver.ledger.exchangeNumber, reports: reports)
    }

    private mutating func end(_ exchange: Exchange?) throws {
        let exchange = try #require(exchange)
        let grants = driver.database.exchange(
            driver.holder, exchange.reports, now: driver.now
        ).grants
        driver.keep(driver.ledger.complete(exchange.number, grants, now: driver.now))
    }

    private mutating func wait(for account: QuotaAccount) -> LedgerTicket? {
        if case .later(let ticket) = driver.ledger.consume(
            .init(account, 1), .committed, now: driver.now)
        {
            return ticket
        }
        return nil
    }

    @Test("Who waits is told of beside an exchange of others, and answered before its end")
    mutating func beside() throws {
        _ = wait(for: accounts[0])
        let slow = begin()
        #expect(slow?.tenants == [1])
        let quiet = wait(for: accounts[1])
        #expect(driver.ledger.exchangeTime == driver.now + interval)
        #expect(driver.ledger.exchange(now: driver.now).isEmpty)
        driver.now += interval
        let quick = begin()
        #expect(quick?.tenants == [2])
        try end(quick)
        driver.advance(interval)
        #expect(try driver.answers[#require(quiet)]?.isAdmitted == true)
        #expect(driver.ledger.exchangesUnderWay == [slow?.number])
        try end(slow)
        #expect(driver.ledger.exchangesUnderWay.isEmpty)
    }

    @Test("A tenant is in one exchange at a time, whatever it wants to tell")
    mutating func oneOfATenant() throws {
        let other = try LedgerDriver.account(.transactions, tenant: 1)
        _ = wait(for: accounts[0])
        let first = begin()
        let later = driver.ledger.check(other, 1, now: driver.now)
        #expect(later == nil)
        #expect(driver.ledger.exchangeTime.map { $0 <= driver.now + interval } == true)
        driver.now += interval
        #expect(driver.ledger.exchange(now: driver.now).isEmpty)
        #expect(driver.ledger.exchangeTime == nil, "nothing is due before the end of the first")
        _ = wait(for: accounts[1])
        let second = begin()
        #expect(second?.tenants == [2])
        try end(first)
        driver.now += LedgerDriver.second
        #expect(begin()?.reports.contains { $0.account == other } == true)
    }

    @Test("No more exchanges are under way than may be, and one while the database is away")
    mutating func most() throws {
        for account in accounts.prefix(4) {
            _ = wait(for: account)
            _ = begin()
            driver.now += interval
        }
        #expect(driver.ledger.exchangesUnderWay.count == LedgerSettings().exchangesMax)
        #expect(driver.ledger.exchangeTime == nil)
        for number in driver.ledger.exchangesUnderWay {
            driver.keep(driver.ledger.fail(number, isUnknown: false, now: driver.now))
        }
        driver.now += LedgerDriver.second
        #expect(begin()?.reports.count == 2)
        #expect(driver.ledger.exchangeTime == nil)
    }

    @Test("An answer comes once: a second one, or one after the failure, changes nothing")
    mutating func twice() throws {
        let ticket = wait(for: accounts[0])
        let exchange = begin()
        try end(exchange)
        try end(exchange)
        #expect(driver.ledger.inconsistency == nil)
        driver.exchange()
        driver.now += LedgerDriver.second
        _ = driver.ledger.consume(.init(accounts[0], 1), .committed, now: driver.now)
        let third = begin()
        let lost = try #require(third)
        driver.keep(driver.ledger.fail(lost.number, isUnknown: true, now: driver.now))
        try end(lost)
        driver.advance(LedgerDriver.second)
        #expect(try driver.answers[#require(ticket)]?.isAdmitted == true)
        #expect(driver.ledger.inconsistency == nil)
        #expect(driver.used(accounts[0]) == 1, "the second was refused with the failure")
    }

    @Test("Who asks for a tenant to be told during its exchange waits for the next one")
    mutating func toldByTheNext() throws {
        _ = try driver.consume([.init(accounts[0], 1)])
        driver.now += LedgerDriver.second
        let first = begin()
        _ = driver.ledger.consume(.init(accounts[0], 1), now: driver.now)
        let ticket = try driver.ledger.flush(accounts[0].tenant).ticket()
        try end(first)
        #expect(driver.answers[ticket] == nil)
        driver.exchange()
        #expect(driver.ledger.exchangeNumber == first.map { $0.number + 1 })
        #expect(driver.answers[ticket] != nil && driver.used(accounts[0]) == 2)
        #expect(driver.ledger.flush(accounts[0].tenant) == nil, "nothing is left to be told")
        #expect(driver.ledger.waitingCount == 0)
    }

    @Test("What does not fit into one exchange is told by as many as it takes")
    mutating func several() throws {
        for account in accounts { _ = try driver.consume([.init(account, 1)]) }
        let tickets = accounts.compactMap { driver.ledger.flush($0.tenant) }
        #expect(tickets.count == 5)
        let before = driver.ledger.exchangeNumber
        driver.exchange()
        #expect(driver.ledger.exchangeNumber == before + 3)
        #expect(tickets.allSatisfy { driver.answers[$0] != nil })
        #expect(accounts.allSatisfy { driver.used($0) == 1 })
    }

    @Test("Who waits to be told hears of a failure too")
    mutating func failed() throws {
        _ = try driver.consume([.init(accounts[0], 1)])
        let ticket = try driver.ledger.flush(accounts[0].tenant).ticket()
        driver.failExchange(isUnknown: true)
        #expect(driver.answers[ticket] != nil && driver.ledger.waitingCount == 0)
    }

    @Test("A question that is under way need not be asked again")
    mutating func question() throws {
        #expect(driver.ledger.check(accounts[0], 1, now: driver.now) == nil)
        let waiting = try driver.ledger.question(of: accounts[0]).ticket()
        let exchange = begin()
        let another = try driver.ledger.question(of: accounts[0]).ticket()
        try end(exchange)
        #expect(driver.answers[waiting] != nil && driver.answers[another] != nil)
        #expect(driver.ledger.question(of: accounts[0]) == nil)
    }

    @Test("Who waits for the end of a period's reports is answered with their last")
    mutating func endOfPeriod() throws {
        let account = try LedgerDriver.account(tenant: 9)
        var driver = LedgerDriver([account: .init(max: 100, window: LedgerDriver.second)])
        _ = try driver.consume([.init(account, 1)])
        let ticket = try driver.ledger.flush(account.tenant).ticket()
        driver.now += 2 * LedgerDriver.second
        _ = driver.ledger.consume(.init(account, 1), now: driver.now)
        driver.exchange()
        #expect(driver.answers[ticket] != nil)
        driver.advance(LedgerDriver.second)
        #expect(driver.ledger.inconsistency == nil)
    }
}
