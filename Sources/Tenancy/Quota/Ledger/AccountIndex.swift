/// Where accounts are, by their names: an open table of single words for the accounts of tenants,
/// which are nearly all, and dictionaries for those of users and keys.
///
/// With a million tenants a look-up is one miss of the cache here and one or two in the slot; in a
/// dictionary of the whole names it was four.
struct AccountIndex: Sendable {
    private static let capacityMin = 16
    private static let vacant = UInt64(0)

    /// A power of two; at most half of them are in use, so that a row of used ones is short.
    private var keys = [UInt64](repeating: vacant, count: capacityMin)
    private var places = [Int32](repeating: 0, count: capacityMin)
    private var used = 0
    /// By tenant, since what changes of a tenant may concern all of its subjects.
    private var subjects: [TenantID: [QuotaAccount: Int32]] = [:]
    private var subjectCount = 0

    var count: Int { used + subjectCount }

    /// The places of a tenant's users and keys.
    func places(ofSubjectsOf tenant: TenantID) -> [Int32] {
        subjects[tenant].map { Array($0.values) } ?? []
    }

    /// Tenants have positive numbers, so no word is the vacant one.
    private static func word(_ account: QuotaAccount) -> UInt64 {
        UInt64(bitPattern: account.tenant.rawValue) << 3 | UInt64(account.meter.rawValue)
    }

    /// Fibonacci hashing: tenants' numbers follow each other, and their places must not.
    private func home(_ word: UInt64) -> Int {
        let mixed = (word ^ word >> 32) &* 0x9e37_79b9_7f4a_7c15
        return Int(mixed >> UInt64(64 - keys.count.trailingZeroBitCount))
    }

    /// The place of a word, or the vacant one where it would be.
    private func find(_ word: UInt64) -> (place: Int, isThere: Bool) {
        let mask = keys.count - 1
        return keys.withUnsafeBufferPointer { keys in
            var place = home(word)
            while keys[place] != Self.vacant {
                if keys[place] == word { return (place, true) }
                place = (place + 1) & mask
            }
            return (place, false)
        }
    }

    subscript(account: QuotaAccount) -> Int32? {
        get {
            guard account.subject.isEmpty else { return subjects[account.tenant]?[account] }
            let (place, isThere) = find(Self.word(account))
            return isThere ? places[place] : nil
        }
        set {
            guard account.subject.isEmpty else {
                setSubject(account, newValue)
                return
            }
            let word = Self.word(account)
            if let newValue { insert(word, newValue) } else { remove(word) }
        }
    }

    private mutating func setSubject(_ account: QuotaAccount, _ value: Int32?) {
        let old: Int32?
        if let value {
            old = subjects[account.tenant, default: [:]].updateValue(value, forKey: account)
        } else {
            old = subjects[account.tenant]?.removeValue(forKey: account)
            if subjects[account.tenant]?.isEmpty == true { subjects[account.tenant] = nil }
        }
        subjectCount += (value == nil ? 0 : 1) - (old == nil ? 0 : 1)
    }

    private mutating func insert(_ word: UInt64, _ value: Int32) {
        var (place, isThere) = find(word)
        if !isThere {
            if (used + 1) * 2 > keys.count {
                grow()
                place = find(word).place
            }
            used += 1
            keys[place] = word
        }
        places[place] = value
    }

    private mutating func grow() {
        let (oldKeys, oldPlaces) = (keys, places)
        keys = [UInt64](repeating: Self.vacant, count: oldKeys.count * 2)
        places = [Int32](repeating: 0, count: oldKeys.count * 2)
        for (old, word) in oldKeys.enumerated() where word != Self.vacant {
            let place = find(word).place
            keys[place] = word
            places[place] = oldPlaces[old]
        }
    }

    /// What follows in the row moves up, as far as it is not before its home then: without that a
    /// look-up would end at the gap.
    private mutating func remove(_ word: UInt64) {
        let found = find(word)
        guard found.isThere else { return }
        let mask = keys.count - 1
        var gap = found.place
        var next = (gap + 1) & mask
        while keys[next] != Self.vacant {
            let distance = (next &- home(keys[next])) & mask
            if distance >= (next &- gap) & mask {
                keys[gap] = keys[next]
                places[gap] = places[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        keys[gap] = Self.vacant
        used -= 1
    }
}
