/// The parties that have something to do on a loop, or had lately: one that goes and comes again at
/// once owes what it owed. On its loop.
package final class JobParties {
    /// For how long a party is kept that has nothing to do, in nanoseconds: then there is nothing
    /// left to be owed, and as much saved as may be.
    static let idleTime = PartyShare.debtMax + PartyShare.savedMax

    private struct Entry {
        let party: JobParty
        var count = 0
        var idleSince = MonotonicInstant(nanoseconds: 0)
    }

    private var entries: [PartyKey: Entry] = [:]
    private var idle = FIFO<(key: PartyKey, since: MonotonicInstant)>()
    private var lastNumber = 0

    var count: Int { entries.count }

    /// A number for who has none, never given before.
    package func newNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// The party, for one more that does something for it.
    package func enter(_ key: PartyKey, now: MonotonicInstant) -> JobParty {
        forgetIdle(now)
        var entry = entries[key] ?? Entry(party: JobParty(key))
        entry.count += 1
        entries[key] = entry
        return entry.party
    }

    package func leave(_ party: JobParty, now: MonotonicInstant) {
        guard var entry = entries[party.key] else { return }
        entry.count -= 1
        entry.idleSince = now
        entries[party.key] = entry
        if entry.count == 0 { idle.append((party.key, now)) }
        forgetIdle(now)
    }

    private func forgetIdle(_ now: MonotonicInstant) {
        while let oldest = idle.first, oldest.since.advanced(byNanoseconds: Self.idleTime) <= now {
            _ = idle.popFirst()
            // It may have come again, and gone again, since.
            if let entry = entries[oldest.key], entry.count == 0, entry.idleSince == oldest.since {
                entries[oldest.key] = nil
            }
        }
    }
}
