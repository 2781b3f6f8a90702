internal import Synchronization

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
        let id: Int
        fileprivate var paidUntil = MonotonicInstant(nanoseconds: 0)
        /// Until when it is held, if it is.
        fileprivate(set) var heldUntil = MonotonicInstant(nanoseconds: 0)

        init(id: Int) { self.id = id }
    }

    private let rule: PartyShareRule

    init(_ rule: PartyShareRule) { self.rule = rule }

    var isLimited: Bool { rule.percent < PartyShareRule.whole }

    /// Something of a party's took this long, and ended now.
    ///
    /// - Returns: Whether the party is to be held until `heldUntil`.
    func charge(_ account: inout Account, nanoseconds: UInt64, now: MonotonicInstant) -> Bool {
        guard isLimited else { return false }
        rule.presence.saw(account.id, now)
        let saved = now.nanoseconds - min(now.nanoseconds, Self.savedMax)
        let cost =
            min(nanoseconds, Self.workMax) * UInt64(PartyShareRule.whole) / UInt64(rule.percent)
        let paid = max(account.paidUntil.nanoseconds, saved) + cost
        account.paidUntil = MonotonicInstant(
            nanoseconds: min(paid, now.nanoseconds + Self.debtMax))
        guard account.paidUntil > now else { return false }
        guard rule.presence.hasOthers(than: account.id, now) else {
            account.paidUntil = now
            return false
        }
        account.heldUntil = account.paidUntil.advanced(byNanoseconds: Self.period)
        return true
    }
}

/// What share a party may have of the time of each of some loops, and who was there lately.
package final class PartyShareRule: Sendable {
    package static let whole = 100

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

        func isOlder(than age: UInt32, _ now: Sight) -> Bool { now.time &- time > age }
    }

    func saw(_ id: Int, _ now: MonotonicInstant) {
        let sight = Sight(id, now)
        let one = Sight(first.load(ordering: .relaxed))
        let other = Sight(second.load(ordering: .relaxed))
        if one.party == sight.party || other.party != sight.party && isAhead(one, other, sight) {
            if one.isOlder(than: Self.ageMax, sight) {
                first.store(sight.bits, ordering: .relaxed)
            }
        } else if other.isOlder(than: Self.ageMax, sight) {
            second.store(sight.bits, ordering: .relaxed)
        }
    }

    /// Whether the one sight is the older of two.
    private func isAhead(_ one: Sight, _ other: Sight, _ now: Sight) -> Bool {
        now.time &- one.time > now.time &- other.time
    }

    func hasOthers(than id: Int, _ now: MonotonicInstant) -> Bool {
        let sight = Sight(id, now)
        return [first.load(ordering: .relaxed), second.load(ordering: .relaxed)].contains {
            let seen = Sight($0)
            return seen.party != sight.party && !seen.isOlder(than: Self.timeMax, sight)
        }
    }
}
