internal import Testing

@testable internal import Tenancy

@Suite("Failures to be somebody")
struct FailureLimiterTests {
    private static let second: Int64 = 1_000_000
    private let address = FailureLimiter.Source.credentials("203.0.113.7")

    /// A limiter after so many failures at the time 0.
    private func failed(_ count: Int, _ source: FailureLimiter.Source) -> FailureLimiter {
        var limiter = FailureLimiter(perSecond: 10)
        for _ in 0..<count { limiter.fail([source], at: 0) }
        return limiter
    }

    @Test("may happen ten seconds' worth at once, then at the rate")
    func rate() {
        #expect(failed(100, address).wait([address], at: 0) == nil)
        let limiter = failed(101, address)
        #expect(limiter.wait([address], at: 0) == Self.second / 10)
        #expect(limiter.wait([address], at: Self.second / 10) == nil)
        #expect(limiter.wait([.credentials("203.0.113.8")], at: 0) == nil)
    }

    @Test("without end lock out for no longer than one step after the last")
    func noDebt() {
        let limiter = failed(100_000, address)
        #expect(limiter.wait([address], at: 0) == Self.second / 10)
    }

    @Test("of one prefix count five times, and only from there")
    func prefix() {
        let guessed = FailureLimiter.Source.prefix("vym_1_abcdefghij", from: "203.0.113.7")
        let limiter = failed(21, guessed)
        #expect(limiter.wait([guessed], at: 0) == Self.second / 2)
        #expect(limiter.wait([.prefix("vym_1_abcdefghij", from: "203.0.113.8")], at: 0) == nil)
        #expect(limiter.wait([.prefix("vym_1_abcdefghik", from: "203.0.113.7")], at: 0) == nil)
    }

    @Test("do not lock out a credential that was good")
    func good() {
        var limiter = failed(500, address)
        limiter.succeed("the key")
        #expect(limiter.wait([address], credential: "the key", at: 0) == nil)
        #expect(limiter.wait([address], credential: "another", at: 0) != nil)
        for index in 0..<FailureLimiter.goodMax { limiter.succeed("key \(index)") }
        #expect(limiter.wait([address], credential: "the key", at: 0) != nil)
    }

    @Test("take a bounded memory, whoever fails from wherever")
    func bounded() {
        var limiter = FailureLimiter(perSecond: 10)
        for index in 0..<(3 * FailureLimiter.sourcesMax) {
            limiter.fail([.credentials("address \(index)")], at: 0)
            #expect(limiter.sourceCount <= FailureLimiter.sourcesMax)
        }
    }

    @Test("are not counted when there is no limit")
    func off() {
        var limiter = FailureLimiter(perSecond: 0)
        for _ in 0..<1_000 { limiter.fail([address], at: 0) }
        #expect(limiter.wait([address], at: 0) == nil)
        #expect(limiter.sourceCount == 0)
    }

    @Test("come from a whole network of IPv6, and from one address of IPv4")
    func places() {
        let place = FailureLimiter.place
        #expect(place("2001:db8:1:2::1") == place("2001:db8:1:2:ffff::7"))
        #expect(place("2001:db8:1:2::1") != place("2001:db8:1:3::1"))
        #expect(place("203.0.113.7") == "203.0.113.7")
        #expect(place("unix") == "unix")
    }
}
