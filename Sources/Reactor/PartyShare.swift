internal import Synchronization

/// For whom something is done on a loop.
package struct PartyKey: Hashable, Sendable {
    package enum Kind: Sendable {
        /// It has no share of its own.
        case unlimited
        /// It has a share, and others are not held on its account.
        case stranger
        /// It has a share, and while it is there others have no more than theirs.
        case known
    }

    package let id: Int
    package let kind: Kind

    package init(_ id: Int, _ kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

/// How much of a loop's time one party may take while others have something to do too.
///
/// A rate in the manner of the generic cell rate algorithm: what a party took moves the time until
/// which it has paid on by that much over its share, and one that has paid for the future is held.
/// While nobody else is there it has all of it.
struct PartyShare {
    /// What one account may have saved up, in nanoseconds of the clock: who may have a twentieth
    /// and asks seldom has 5 ms of work at once, which is hundreds of calls, before it is held.
    static let savedMax: UInt64 = 100_000_000
    /// How long a party is held beyond what it owes, in nanoseconds: it goes on with some
    /// calls at once, and not with one after the other, each of which would wake the loop.
    static let period: UInt64 = 1_000_000
    /// How far ahead a party may have to pay at most, in nanoseconds: calls that come while it is
    /// held cost it time too, and who came in thousands is not to be kept out for long.
    static let debtMax: UInt64 = 50_000_000
    /// As how long one piece of work counts at most, in nanoseconds. Longer is mostly the kernel
    /// running somebody else, for which nobody is to pay.
    static let workMax: UInt64 = 250_000

    /// What one party has taken.
    struct Account {
        let key: PartyKey
        fileprivate var paidUntil = MonotonicInstant(nanoseconds: 0)

        init(_ key: PartyKey) { self.key = key }
    }

    private let rule: PartyShareRule

    init(_ rule: PartyShareRule) { self.rule = rule }

    var isLimited: Bool { rule.percent < PartyShareRule.whole }

    /// Something of a party's took this long, and ended now.
    ///
    /// - Returns: Until when the party is to be held; nil when it is not.
    func charge(
        _ account: inout Account, nanoseconds: UInt64, now: MonotonicInstant
    ) -> MonotonicInstant? {
        guard isLimited, account.key.kind != .unlimited else { return nil }
        if account.key.kind == .known { rule.presence.saw(account.key.id, now) }
        let saved = now.nanoseconds - min(now.nanoseconds, Self.savedMax)
        let cost =
            min(nanoseconds, Self.workMax) * UInt64(PartyShareRule.whole) / UInt64(rule.percent)
        let paid = max(account.paidUntil.nanoseconds, saved) + cost
        account.paidUntil = MonotonicInstant(
            nanoseconds: min(paid, now.nanoseconds + Self.debtMax))
        guard account.paidUntil > now else { return nil }
        guard rule.presence.hasOthers(than: account.key.id, now) else {
            account.paidUntil = now
            return nil
        }
        return account.paidUntil.advanced(byNanoseconds: Self.period)
    }
}

/// What share a party may have of the time of each of some loops, and who was there lately.
package final class PartyShareRule: Sendable {
    package static let whole = 100
    /// For loops on which a party may have all of the time.
    package static var unlimited: PartyShareRule { PartyShareRule(percent: whole) }

    let percent: Int
    let presence = PartyPresence()

    /// - Parameter percent: From 1 to 100, which is no limit.
    package init(percent: Int) {
        precondition((1...Self.whole).contains(percent), "a share is 1 to 100 per cent")
        self.percent = percent
    }
}

/// Whether more than one party has something to do, on whichever of some loops.
///
/// Two parties that were seen lately are enough to know it for all, so while two are known nobody
/// writes. Loops that look at once may take each other's place; the next look mends that.
final class PartyPresence: Sendable {
    /// For how long a party counts that has been seen, and how old a sight may be that is not
    /// renewed; in the clock's milliseconds of 2^20 nanoseconds.
    static let timeMax: UInt32 = 1_000
    static let ageMax: UInt32 = 64

    /// A party, in the upper half, and when it was seen.
    private let first = Atomic<UInt64>(0)
    private let second = Atomic<UInt64>(0)

    private struct Sight {
        let party: UInt32
        let time: UInt32

        init(_ id: Int, _ now: MonotonicInstant) {
            party = UInt32(truncatingIfNeeded: id)
            time = UInt32(truncatingIfNeeded: now.nanoseconds >> 20)
        }

        init(_ bits: UInt64) {
            party = UInt32(truncatingIfNeeded: bits >> 32)
            time = UInt32(truncatingIfNeeded: bits)
        }

        var bits: UInt64 { UInt64(party) << 32 | UInt64(time) }

        /// How far it is from another; it may be the later one, of a loop that has looked at the
        /// clock since.
        func distance(_ other: Sight) -> UInt32 {
            Int32(bitPattern: other.time &- time).magnitude
        }
    }

    func saw(_ id: Int, _ now: MonotonicInstant) {
        let sight = Sight(id, now)
        let one = Sight(first.load(ordering: .relaxed))
        let other = Sight(second.load(ordering: .relaxed))
        let isFirst =
            one.party == sight.party
            || other.party != sight.party && one.distance(sight) > other.distance(sight)
        guard (isFirst ? one : other).distance(sight) > Self.ageMax else { return }
        if isFirst {
            first.store(sight.bits, ordering: .relaxed)
        } else {
            second.store(sight.bits, ordering: .relaxed)
        }
    }

    func hasOthers(than id: Int, _ now: MonotonicInstant) -> Bool {
        let sight = Sight(id, now)
        let one = Sight(first.load(ordering: .relaxed))
        let other = Sight(second.load(ordering: .relaxed))
        return one.party != sight.party && one.distance(sight) <= Self.timeMax
            || other.party != sight.party && other.distance(sight) <= Self.timeMax
    }
}
