internal import Reactor
internal import Tenancy
internal import TestSupport
@testable internal import TenancyStore

/// A database, a server with a cache, and a clock, all moved by one seeded generator: transactions
/// overlap and commit in any order, readings and looks take their time, and looks fail.
struct CacheSimulation {
    static let tenants = (1...4).compactMap { TenantID($0) }

    /// A value: how often its tenant was changed by then.
    private struct Committed {
        var value = 0
        /// When each value was replaced by the next.
        var replacedAt: [MonotonicInstant] = []
        /// Values below this one were replaced by this server itself.
        var replacedHere = 0
    }

    private struct Reading {
        let reading: VersionedCache<Int, Int>.Reading
        let tenant: TenantID
        let value: Int
    }

    private struct Look {
        let look: FeedCursor.Look
        let began: MonotonicInstant
    }

    private var random: SplitMix
    private var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    private var cache = VersionedCache<Int, Int>(costMax: 6)
    private var cursor = FeedCursor()

    // The database.
    private var nextTransaction: UInt64 = 100
    private var running: [UInt64: TenantID] = [:]
    private var rows: [TenantID: Committed] = [:]
    private var feed: [TenantID: UInt64] = [:]
    private var serverStartedAt: Int64 = 1

    // The server.
    private var readings: [Reading] = []
    private var look: Look?

    private(set) var hits = 0
    private(set) var refusals = 0
    /// What the cache said that it must not say.
    private(set) var faults: [String] = []

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        for tenant in Self.tenants { rows[tenant] = Committed() }
    }

    mutating func step() {
        now = now.advanced(by: .milliseconds(Int.random(in: 0...60, using: &random)))
        let tenant = Self.tenants[Int.random(in: 0..<Self.tenants.count, using: &random)]
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<4: begin(tenant)
        case 4..<8: commitAny()
        case 8..<10: commitHere(tenant)
        case 10..<30: beginReading(tenant)
        case 30..<52: endReading()
        case 52..<64: beginLook()
        case 64..<76: endLook()
        case 76..<78: look = nil
        case 78 where Int.random(in: 0..<4, using: &random) == 0: failOver()
        default: ask(tenant)
        }
    }

    // MARK: - The database

    private mutating func begin(_ tenant: TenantID) {
        running[nextTransaction] = tenant
        nextTransaction += 1
    }

    private mutating func commitAny() {
        guard let id = running.keys.sorted().randomElement(using: &random) else { return }
        commit(id)
    }

    private mutating func commit(_ id: UInt64) {
        guard let tenant = running.removeValue(forKey: id) else { return }
        rows[tenant]?.value += 1
        rows[tenant]?.replacedAt.append(now)
        feed[tenant] = id
    }

    private mutating func commitHere(_ tenant: TenantID) {
        begin(tenant)
        commit(nextTransaction - 1)
        let value = rows[tenant]?.value ?? 0
        rows[tenant]?.replacedHere = value
        cache.forget(tenant)
    }

    /// A standby takes over, and counts its transactions from somewhere else.
    private mutating func failOver() {
        running = [:]
        nextTransaction = UInt64.random(in: 1..<1_000_000, using: &random)
        serverStartedAt += 1
    }

    // MARK: - The server

    private mutating func beginReading(_ tenant: TenantID) {
        readings.append(
            Reading(
                reading: cache.beginReading(at: now), tenant: tenant,
                value: rows[tenant]?.value ?? 0))
    }

    private mutating func endReading() {
        guard !readings.isEmpty else { return }
        let ended = readings.remove(at: Int.random(in: 0..<readings.count, using: &random))
        cache.keep(ended.value, for: 0, of: ended.tenant, read: ended.reading)
    }

    /// What the statement of the store answers: the feed's rows that the last snapshot does not
    /// see.
    private mutating func beginLook() {
        guard look == nil else { return }
        let seen = cursor.snapshot.map { SimulatedSnapshot($0) }
        let changed = feed.filter { row in seen.map { !$0.sees(row.value) } ?? false }
        let snapshot = SimulatedSnapshot(running: running.keys, next: nextTransaction)
        look = Look(
            look: FeedCursor.Look(
                snapshot: snapshot.text, serverStartedAt: serverStartedAt,
                tenants: Array(changed.keys)),
            began: now)
    }

    private mutating func endLook() {
        guard let ended = look else { return }
        look = nil
        cache.absorb(cursor.absorb(ended.look), asOf: ended.began)
    }

    private mutating func ask(_ tenant: TenantID) {
        guard let value = cache.value(0, of: tenant, at: now) else {
            refusals += 1
            return
        }
        hits += 1
        guard let row = rows[tenant] else { return }
        if value < row.replacedHere {
            faults.append("tenant \(tenant): what this server replaced itself")
        }
        if value < row.value,
            row.replacedAt[value].advanced(by: ChangeFeed.trustTimeMax) <= now
        {
            faults.append("tenant \(tenant): what was replaced more than a second ago")
        }
        if cache.cost > 6 { faults.append("more than it may hold") }
    }
}

/// A snapshot of transactions as Postgres writes it: `xmin:xmax:running,…`.
private struct SimulatedSnapshot {
    let text: String
    private let next: UInt64
    private let running: Set<UInt64>

    init(running: some Sequence<UInt64>, next: UInt64) {
        self.running = Set(running)
        self.next = next
        let list = self.running.sorted().map(String.init).joined(separator: ",")
        text = "\(self.running.min() ?? next):\(next):\(list)"
    }

    init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        self.text = text
        next = UInt64(parts[1]) ?? 0
        running = Set(parts[2].split(separator: ",").compactMap { UInt64($0) })
    }

    func sees(_ transaction: UInt64) -> Bool {
        transaction < next && !running.contains(transaction)
    }
}
