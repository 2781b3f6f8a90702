/// Things to do that take turns: groups one after the other, in a group its lines one after the
/// other, and in a line in the order in which they came. A pure struct.
///
/// So an item waits for at most one of each other group and of each other line of its own, besides
/// those before it in its line, however many those hold. Every step costs the same whatever waits,
/// and who has nothing to do is in no list.
///
/// Turns keep what waits short, and say nothing of how much of the time one party takes that always
/// has something to do. So a party, to which lines of several groups may belong, has a share of the
/// time (`PartyShare`): one that is over it is held until it is not, and its lines with it. Weights
/// were rejected: an item is microseconds of work, and nobody is to have more of it than others.
struct TurnQueue<Item> {
    /// How many lines of a party that was held go on at once; the others follow a period later.
    static var linesPerRelease: Int { 64 }

    /// Lines that count as one.
    final class Group {
        fileprivate var lines = FIFO<Line>()
    }

    /// Lines that one share holds for, whatever groups they are of.
    final class Party {
        fileprivate var account: PartyShare.Account
        fileprivate(set) var isHeld = false
        /// Whether it may be held when it is over its share.
        var mayBeHeld = true
        /// Until when it is held, or the next of its lines are.
        fileprivate var heldUntil = MonotonicInstant(nanoseconds: 0)
        /// Lines that were held and have not gone on, and those of them that had gone on, and were
        /// held again before their turn.
        fileprivate var parked = FIFO<Line>()
        fileprivate var overdue = FIFO<Line>()
        /// Whether the queue looks after it.
        fileprivate var isListed = false

        init(_ key: PartyKey) { account = PartyShare.Account(key) }
    }

    /// What is done in the order in which it came.
    final class Line {
        fileprivate let group: Group
        let party: Party
        fileprivate var items = FIFO<Item>()
        /// Whether it has gone on and not had its turn since.
        fileprivate var isReleased = false

        fileprivate func park() {
            if isReleased { party.overdue.append(self) } else { party.parked.append(self) }
        }

        init(of group: Group, for party: Party) {
            self.group = group
            self.party = party
        }
    }

    private let share: PartyShare
    private var groups = FIFO<Group>()
    /// Those that are held, or of which lines are.
    private var heldParties: [Party] = []
    /// How many items wait, those of parties that are held too.
    private(set) var count = 0
    /// Whether the last `popFirst` met lines of a party that is held.
    private(set) var hasParked = false

    init(share: PartyShare = PartyShare(.unlimited)) { self.share = share }

    var isEmpty: Bool { count == 0 }
    /// Whether an item may have its turn now.
    var isReady: Bool { !groups.isEmpty }
    /// Whether the time of what is done has to be told.
    var hasShares: Bool { share.isLimited }
    /// When the next party that is held goes on; nil when none is.
    var nextRelease: MonotonicInstant? { heldParties.lazy.map(\.heldUntil).min() }

    mutating func append(_ item: Item, to line: Line) {
        count += 1
        line.items.append(item)
        // Who has waited already stays where it stands.
        guard line.items.count == 1 else { return }
        if line.party.isHeld { line.park() } else { enlist(line) }
    }

    private mutating func enlist(_ line: Line) {
        line.group.lines.append(line)
        if line.group.lines.count == 1 { groups.append(line.group) }
    }

    /// The item whose turn it is, and whose it is; nil when all that wait are held.
    mutating func popFirst() -> (item: Item, party: Party)? {
        hasParked = false
        while let group = groups.popFirst() {
            guard let line = group.lines.popFirst() else { continue }
            if line.party.isHeld {
                line.park()
                hasParked = true
                if !group.lines.isEmpty { groups.append(group) }
                continue
            }
            guard let item = line.items.popFirst() else { continue }
            line.isReleased = false
            count -= 1
            if !line.items.isEmpty { group.lines.append(line) }
            if !group.lines.isEmpty { groups.append(group) }
            return (item, line.party)
        }
        return nil
    }

    // MARK: - Shares

    /// Something of the party's took this long, and ended now.
    mutating func charge(_ party: Party, nanoseconds: UInt64, now: MonotonicInstant) {
        // What comes while it is held is owed too, and does not hold it for longer this time.
        guard let until = share.charge(&party.account, nanoseconds: nanoseconds, now: now),
            party.mayBeHeld, !party.isHeld
        else { return }
        party.isHeld = true
        party.heldUntil = until
        guard !party.isListed else { return }
        party.isListed = true
        heldParties.append(party)
    }

    /// Lets those go on whose time has come.
    mutating func release(now: MonotonicInstant) {
        guard !heldParties.isEmpty else { return }
        for party in heldParties where party.heldUntil <= now {
            party.isHeld = false
            for _ in 0..<Self.linesPerRelease {
                guard let line = party.overdue.popFirst() ?? party.parked.popFirst()
                else { break }
                line.isReleased = true
                enlist(line)
            }
            party.isListed = !(party.overdue.isEmpty && party.parked.isEmpty)
            party.heldUntil = now.advanced(byNanoseconds: PartyShare.period)
        }
        heldParties.removeAll { !$0.isListed }
    }
}

/// First in, first out, without moving what waits.
struct FIFO<Element> {
    /// A ring, whose length is a power of two; nil where nothing is.
    private var places: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var first: Element? { count > 0 ? places[head] : nil }

    mutating func append(_ element: Element) {
        if count == places.count { grow() }
        places[(head + count) & (places.count - 1)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = places[head].take()
        head = (head + 1) & (places.count - 1)
        count -= 1
        return element
    }

    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(2, places.count * 2))
        for place in 0..<count { larger.append(places[(head + place) & (places.count - 1)]) }
        while larger.count < max(2, places.count * 2) { larger.append(nil) }
        places = larger
        head = 0
    }
}
