internal import Reactor
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite("A cache of tenants' things") struct VersionedCacheTests {
    typealias Cache = VersionedCache<Int, String>

    private static let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    private static func after(_ milliseconds: Int) -> MonotonicInstant {
        start.advanced(by: .milliseconds(milliseconds))
    }

    private static func tenant(_ number: Int64) throws -> TenantID {
        try #require(TenantID(number))
    }

    @Test(
        "never says what has not been so for a second, or what this server changed itself",
        arguments: 0..<200)
    func simulated(seed: Int) {
        var simulation = CacheSimulation(seed: UInt64(seed))
        for _ in 0..<2_000 { simulation.step() }
        #expect(simulation.faults.isEmpty, "seed \(seed): \(simulation.faults.prefix(3))")
        // It would be of no use if it never said anything.
        #expect(simulation.hits > 20, "seed \(seed): \(simulation.refusals) refusals")
    }

    @Test("believes nothing before the first look, and nothing a second after the last began")
    func trust() throws {
        var cache = Cache(costMax: 10)
        let tenant = try Self.tenant(1)
        cache.keep("a", for: 1, of: tenant, read: cache.beginReading(at: Self.start))
        #expect(cache.value(1, of: tenant, at: Self.start) == nil)
        cache.absorb(.of([]), asOf: Self.start)
        #expect(cache.value(1, of: tenant, at: Self.after(999)) == "a")
        #expect(cache.value(1, of: tenant, at: Self.after(1_000)) == nil)
        cache.absorb(.of([]), asOf: Self.after(1_000))
        #expect(cache.value(1, of: tenant, at: Self.after(1_001)) == "a")
    }

    @Test("takes nothing from a reading that a change has overtaken, whichever way it came")
    func overtaken() throws {
        let tenant = try Self.tenant(1)
        let other = try Self.tenant(2)
        let changes: [(String, (inout Cache) -> Void)] = [
            ("a change of its own", { $0.forget(tenant) }),
            ("a change elsewhere", { $0.absorb(.of([other, tenant]), asOf: Self.start) }),
            ("any change", { $0.absorb(.unknown, asOf: Self.start) }),
        ]
        for (name, change) in changes {
            var cache = Cache(costMax: 10)
            cache.absorb(.of([]), asOf: Self.start)
            let reading = cache.beginReading(at: Self.start)
            change(&cache)
            cache.keep("old", for: 1, of: tenant, read: reading)
            #expect(cache.value(1, of: tenant, at: Self.start) == nil, "\(name)")
            cache.keep("new", for: 1, of: tenant, read: cache.beginReading(at: Self.start))
            #expect(cache.value(1, of: tenant, at: Self.start) == "new", "\(name)")
        }
    }

    @Test("keeps what others' changes do not concern")
    func others() throws {
        var cache = Cache(costMax: 10)
        let reading = cache.beginReading(at: Self.start)
        cache.absorb(.of([try Self.tenant(2)]), asOf: Self.start)
        cache.keep("a", for: 1, of: try Self.tenant(1), read: reading)
        cache.forget(try Self.tenant(3))
        #expect(cache.value(1, of: try Self.tenant(1), at: Self.start) == "a")
    }

    @Test("counts every reading as overtaken when more changes than it remembers come between")
    func manyChanges() throws {
        var cache = Cache(costMax: 10)
        cache.absorb(.of([]), asOf: Self.start)
        let reading = cache.beginReading(at: Self.start)
        for number in 2...Int64(ReadingRules.changesMax + 2) {
            cache.forget(try Self.tenant(number))
        }
        cache.keep("old", for: 1, of: try Self.tenant(1), read: reading)
        #expect(cache.value(1, of: try Self.tenant(1), at: Self.start) == nil)
        cache.keep("new", for: 1, of: try Self.tenant(1), read: cache.beginReading(at: Self.start))
        #expect(cache.value(1, of: try Self.tenant(1), at: Self.start) == "new")
    }

    @Test("says a value with a lifetime no longer than that, from when its reading began")
    func lifetime() throws {
        var cache = Cache(costMax: 10, lifetime: .milliseconds(500))
        let tenant = try Self.tenant(1)
        let reading = cache.beginReading(at: Self.start)
        cache.absorb(.of([]), asOf: Self.after(400))
        cache.keep("a", for: 1, of: tenant, read: reading)
        #expect(cache.value(1, of: tenant, at: Self.after(499)) == "a")
        #expect(cache.value(1, of: tenant, at: Self.after(500)) == nil)
    }

    @Test("never holds more than it may, and keeps what is in use")
    func bounded() throws {
        var cache = Cache(costMax: 100)
        cache.absorb(.of([]), asOf: Self.start)
        let hot = try Self.tenant(1)
        cache.keep("hot", for: 0, of: hot, read: cache.beginReading(at: Self.start), cost: 3)
        for number in 2..<10_000 {
            let reading = cache.beginReading(at: Self.start)
            cache.keep(
                "x", for: number % 3, of: try Self.tenant(Int64(number % 777 + 2)), read: reading,
                cost: number % 5 + 1)
            #expect(cache.cost <= 100)
            #expect(cache.value(0, of: hot, at: Self.start) == "hot")
        }
        cache.keep("huge", for: 9, of: hot, read: cache.beginReading(at: Self.start), cost: 51)
        #expect(cache.value(9, of: hot, at: Self.start) == nil)
        cache.absorb(.unknown, asOf: Self.start)
        #expect(cache.cost == 0)
    }
}
