internal import Reactor
internal import Tenancy
@testable internal import TenancyStore
internal import TestSupport
internal import Testing

@Suite("The tenants that are known") struct KnownTenantsTests {
    private static let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    private static func after(_ milliseconds: Int) -> MonotonicInstant {
        start.advanced(by: .milliseconds(milliseconds))
    }

    private static func code(_ number: Int64) throws -> TenantCode {
        // Shorter and longer than what the hash takes at once.
        let text = number.isMultiple(of: 2) ? "t-\(number)" : "tenant-of-some-length-\(number)"
        return try #require(TenantCode(text))
    }

    @Test("are never more than may be, and those in use stay")
    func bounded() throws {
        var known = KnownTenants(tenantsMax: 100)
        let hot = try #require(TenantCode("hot"))
        known.keep(try #require(TenantID(1)), hot)
        for number in Int64(2)..<10_000 {
            known.keep(try #require(TenantID(number)), try Self.code(number))
            #expect(known.count <= 100)
            #expect(known.id(of: hot.text) == TenantID(1))
        }
        #expect(known.id(of: try Self.code(2).text) == nil)
    }

    @Test("are found by code and by number, and their statuses believed for a second")
    func trust() throws {
        var known = KnownTenants(tenantsMax: 100)
        let id = try #require(TenantID(7))
        let code = try Self.code(7)
        known.keep(id, code, .active, read: known.beginReading(at: Self.start))
        #expect(known.standing(of: code.text, at: Self.start) == nil)
        known.absorb(.of([]), asOf: Self.start)
        let standing = TenantStanding(id: id, status: .active, membership: nil)
        #expect(known.standing(of: code.text, at: Self.after(999)) == standing)
        #expect(known.standing(of: id, at: Self.after(999)) == standing)
        #expect(known.standing(of: "tenant-of-some-length-8", at: Self.after(999)) == nil)
        #expect(known.standing(of: code.text, at: Self.after(1_000)) == nil)
        #expect(known.standing(of: id, at: Self.after(1_000)) == nil)
        #expect(known.id(of: code.text) == id)
    }

    @Test("keep number and code, but no status, of a reading that a change has overtaken")
    func overtaken() throws {
        let id = try #require(TenantID(7))
        let code = try Self.code(7)
        for change in [TenantChanges.of([id]), .unknown] {
            var known = KnownTenants(tenantsMax: 100)
            known.absorb(.of([]), asOf: Self.start)
            let reading = known.beginReading(at: Self.start)
            known.absorb(change, asOf: Self.start)
            known.keep(id, code, .active, read: reading)
            #expect(known.standing(of: code.text, at: Self.start) == nil)
            #expect(known.id(of: code.text) == id)
            known.keep(id, nil, .suspended, read: known.beginReading(at: Self.start))
            #expect(known.standing(of: code.text, at: Self.start)?.status == .suspended)
        }
    }

    @Test("say what a cache that is known to be right says", arguments: 0..<100)
    func likeACache(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var known = KnownTenants(tenantsMax: 8)
        var model = VersionedCache<Int, TenantStatus>(costMax: 1_000)
        var readings: [(TenantID, ReadingRules.Reading, ReadingRules.Reading)] = []
        var now = Self.start
        var hits = 0
        for step in 0..<3_000 {
            now = now.advanced(by: .milliseconds(Int.random(in: 0...20, using: &random)))
            let number = Int64.random(in: 1...12, using: &random)
            let id = try #require(TenantID(number))
            let code = try Self.code(number)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                readings.append((id, known.beginReading(at: now), model.beginReading(at: now)))
            case 1:
                guard let (id, own, others) = readings.popLast() else { continue }
                let status = try #require(TenantStatus.allCases.randomElement(using: &random))
                let named = Bool.random(using: &random) ? try Self.code(id.rawValue) : nil
                known.keep(id, named, status, read: own)
                model.keep(status, for: 0, of: id, read: others)
            case 2:
                known.forget(id)
                model.forget(id)
            case 3:
                let changes: TenantChanges =
                    Int.random(in: 0..<20, using: &random) == 0 ? .unknown : .of([id])
                known.absorb(changes, asOf: now)
                model.absorb(changes, asOf: now)
            case 4: known.keep(id, code)
            default:
                let expected = model.value(0, of: id, at: now)
                for standing in [
                    known.standing(of: id, at: now), known.standing(of: code.text, at: now),
                ] {
                    guard let standing else { continue }
                    hits += 1
                    #expect(standing.id == id && standing.status == expected, "step \(step)")
                }
            }
        }
        #expect(hits > 100, "seed \(seed): it would be of no use")
    }
}
