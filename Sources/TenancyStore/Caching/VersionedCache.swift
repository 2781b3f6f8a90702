internal import Reactor
internal import Tenancy

/// What is remembered of tenants. Decides only: the clock and the changes are brought to it, and
/// `ReadingRules` keep it from saying what is no longer so.
///
/// Two generations bound it: when the younger is full, the older is forgotten. That costs no order
/// of use to be kept on every look, and what is in use comes back at once.
struct VersionedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    typealias Reading = ReadingRules.Reading

    private struct Entry {
        let value: Value
        let cost: Int
        let readAt: MonotonicInstant
    }

    private struct Name: Hashable {
        let tenant: TenantID
        let key: Key
    }

    private struct Generation {
        private var entries: [Name: Entry] = [:]
        private var keys: [TenantID: Set<Key>] = [:]
        private(set) var cost = 0

        func entry(_ name: Name) -> Entry? { entries[name] }

        mutating func insert(_ entry: Entry, _ name: Name) {
            let replaced = entries.updateValue(entry, forKey: name)
            cost += entry.cost - (replaced?.cost ?? 0)
            if replaced == nil { keys[name.tenant, default: []].insert(name.key) }
        }

        mutating func remove(_ name: Name) {
            guard let removed = entries.removeValue(forKey: name) else { return }
            cost -= removed.cost
            keys[name.tenant]?.remove(name.key)
            if keys[name.tenant]?.isEmpty == true { keys[name.tenant] = nil }
        }

        mutating func remove(_ tenant: TenantID) {
            for key in keys.removeValue(forKey: tenant) ?? [] {
                cost -= entries.removeValue(forKey: Name(tenant: tenant, key: key))?.cost ?? 0
            }
        }
    }

    private let generationCostMax: Int
    private let lifetime: Duration?
    private var younger = Generation()
    private var older = Generation()
    private var rules = ReadingRules()

    /// - Parameter costMax: The most that is kept, in the unit of the costs: entries, or bytes.
    /// - Parameter lifetime: How long after the beginning of its reading a value is good at most;
    ///   nil for what the changes alone decide on.
    init(costMax: Int, lifetime: Duration? = nil) {
        generationCostMax = max(1, costMax / 2)
        self.lifetime = lifetime
    }

    /// What everything that is kept costs together.
    var cost: Int { younger.cost + older.cost }

    /// What is known of a key and may be believed.
    mutating func value(_ key: Key, of tenant: TenantID, at now: MonotonicInstant) -> Value? {
        guard rules.isBelieved(at: now) else { return nil }
        let name = Name(tenant: tenant, key: key)
        let entry: Entry
        if let found = younger.entry(name) {
            entry = found
        } else if let found = older.entry(name) {
            entry = found
            older.remove(name)
            insert(found, name)
        } else {
            return nil
        }
        if let lifetime, now >= entry.readAt.advanced(by: lifetime) { return nil }
        return entry.value
    }

    /// To be taken before the database is asked, and handed back with what it answered.
    func beginReading(at now: MonotonicInstant) -> Reading {
        rules.beginReading(at: now)
    }

    /// Keeps what was read, unless its tenant has changed since the reading began.
    mutating func keep(
        _ value: Value, for key: Key, of tenant: TenantID, read reading: Reading, cost: Int = 1
    ) {
        guard rules.mayKeep(reading, of: tenant), cost <= generationCostMax else { return }
        let name = Name(tenant: tenant, key: key)
        older.remove(name)
        insert(Entry(value: value, cost: cost, readAt: reading.began), name)
    }

    private mutating func insert(_ entry: Entry, _ name: Name) {
        younger.remove(name)
        if younger.cost + entry.cost > generationCostMax {
            older = younger
            younger = Generation()
        }
        younger.insert(entry, name)
    }

    /// A change of this server's own, which need not wait for the next look at the changes.
    mutating func forget(_ tenant: TenantID) {
        younger.remove(tenant)
        older.remove(tenant)
        rules.note(tenant)
    }

    private mutating func forgetAll() {
        younger = Generation()
        older = Generation()
        rules.noteEverything()
    }

    /// A look at the changes that succeeded.
    ///
    /// - Parameter asOf: When the look began: what was committed before it is among `changes`, or
    ///   was among earlier ones.
    mutating func absorb(_ changes: TenantChanges, asOf: MonotonicInstant) {
        switch changes {
        case .of(let tenants): for tenant in tenants { forget(tenant) }
        case .unknown: forgetAll()
        }
        rules.believe(asOf: asOf)
    }
}
