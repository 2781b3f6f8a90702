internal import Reactor
package import Tenancy

/// Which readings of tenants may be kept, and until when what is kept may be believed. Decides
/// only: the clock and the changes are brought to it.
///
/// - What was read is kept only if its tenant has not changed since before the reading began. A
///   reading that was overtaken by a change can so never bring the old value back.
/// - What is kept is believed only while a look at the changes that began less than
///   `ChangeFeed.trustTimeMax` ago has succeeded. A server that is cut off from the database
///   believes nothing.
struct ReadingRules: Sendable {
    /// How many tenants' changes are remembered one by one. Beyond it all that are being read
    /// count as overtaken.
    static let changesMax = 4_096

    /// When a reading began, in terms of the changes that were known then.
    struct Reading: Sendable, Hashable {
        fileprivate let version: UInt64
        let began: MonotonicInstant
    }

    /// Counts the changes.
    private var version: UInt64 = 0
    /// Readings from before this one are overtaken, whatever they are about.
    private var oldestReadable: UInt64 = 0
    /// The last change of each tenant that changed since then.
    private var changed: [TenantID: UInt64] = [:]
    private var believedUntil = MonotonicInstant(nanoseconds: 0)

    func isBelieved(at now: MonotonicInstant) -> Bool { now < believedUntil }

    /// To be taken before the database is asked, and handed back with what it answered.
    func beginReading(at now: MonotonicInstant) -> Reading {
        Reading(version: version, began: now)
    }

    /// Whether a tenant has not changed since a reading began.
    func mayKeep(_ reading: Reading, of tenant: TenantID) -> Bool {
        reading.version >= oldestReadable && changed[tenant] ?? 0 <= reading.version
    }

    mutating func note(_ tenant: TenantID) {
        version += 1
        if changed.count >= Self.changesMax, changed[tenant] == nil {
            changed = [:]
            oldestReadable = version
        }
        changed[tenant] = version
    }

    mutating func noteEverything() {
        version += 1
        changed = [:]
        oldestReadable = version
    }

    /// A look at the changes has succeeded, which began then.
    mutating func believe(asOf: MonotonicInstant) {
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
