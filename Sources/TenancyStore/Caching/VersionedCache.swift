internal import Reactor
package import Tenancy

/// What is remembered of tenants, and how long that may be believed. Decides only: the clock and
/// the changes are brought to it.
///
/// Two rules keep it from saying what is no longer so:
/// - What was read is kept only if its tenant has not changed since before the reading began. A
///   reading that was overtaken by a change can so never bring the old value back.
/// - What is kept is believed only while a look at the changes that began less than
///   `ChangeFeed.trustTimeMax` ago has succeeded. A server that is cut off from the database
///   believes nothing.
///
/// Two generations bound it: when the younger is full, the older is forgotten. That costs no order
/// of use to be kept on every look, and what is in use comes back at once.
struct VersionedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// How many tenants' changes are remembered one by one. Beyond it all that are being read
    /// count as overtaken.
    static var changesMax: Int { 4_096 }

    /// When a reading began, in terms of the changes that were known then.
    struct Reading: Sendable, Hashable {
        fileprivate let version: UInt64
        fileprivate let began: MonotonicInstant
    }

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

    /// Counts the changes.
    private var version: UInt64 = 0
    /// Readings from before this one are overtaken, whatever they are about.
    private var oldestReadable: UInt64 = 0
    /// The last change of each tenant that changed since then.
    private var changed: [TenantID: UInt64] = [:]
    private var believedUntil: MonotonicInstant?

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
        guard let believedUntil, now < believedUntil else { return nil }
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
        Reading(version: version, began: now)
    }

    /// Keeps what was read, unless its tenant has changed since the reading began.
    mutating func keep(
        _ value: Value, for key: Key, of tenant: TenantID, read reading: Reading, cost: Int = 1
    ) {
        guard reading.version >= oldestReadable, changed[tenant] ?? 0 <= reading.version,
            cost <= generationCostMax
        else { return }
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
        version += 1
        if changed.count >= Self.changesMax, changed[tenant] == nil {
            changed = [:]
            oldestReadable = version
        }
        changed[tenant] = version
    }

    private mutating func forgetAll() {
        younger = Generation()
        older = Generation()
        version += 1
        changed = [:]
        oldestReadable = version
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
        believedUntil = asOf.advanced(by: ChangeFeed.trustTimeMax)
    }
}

/// What has changed between two looks.
package enum TenantChanges: Sendable, Hashable {
    /// Something of these tenants, and of no other.
    case of([TenantID])
    /// Any tenant may have changed.
    case unknown
}
