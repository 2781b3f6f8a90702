/// Who gets which connection, who waits, and when another connection is opened: the decisions of a
/// pool. A pure struct; `Pool` performs.
///
/// A request goes to the connection with the least under way; a transaction that needs to think
/// between statements leases one for itself. Who has to wait, waits in line, so a lease is not
/// starved by requests.
///
/// Wishes are made for parties, and no party's flood is another's wait: a party is given at most
/// its share of the connections, half of them, so that there is always one that it does not slow
/// down, and of each at most an eighth of the depth; and those who wait are served one party after
/// the other, each in its own order. A share of requests alone would not do: what one connection
/// answers it answers in order, and one of the flood's requests in front costs as much as it takes.
struct PoolState {
    typealias MemberID = Int
    typealias WaiterID = UInt64
    /// For whom something is done; its number is the user's own.
    typealias Party = Int64

    enum Wish: Equatable {
        /// A place in a connection's pipeline.
        case request
        /// A whole connection.
        case lease
    }

    enum Admission: Equatable {
        case member(MemberID)
        case waits(WaiterID)
        /// Too many wait.
        case refused
        case closed
    }

    struct Assignment: Equatable {
        let waiter: WaiterID
        let member: MemberID
    }

    private struct Member {
        let id: MemberID
        /// How many requests are under way, and for whom.
        var load = 0
        var loads: [Party: Int] = [:]
        /// For whom it is lent as a whole.
        var lessee: Party?
        var isLent = false
        var isBlocked = false
    }

    private let membersMax: Int
    private let shareMax: Int
    private let depthMax: Int
    private let partyDepthMax: Int
    private let waitersMax: Int
    private var members: [Member] = []
    private var nextMember: MemberID = 0
    private var nextWaiter: WaiterID = 0
    private var line = FairLine()
    /// On how many connections a party has something.
    private var shares: [Party: Int] = [:]
    private var isConnecting = false
    private var isResting = false
    private var isClosed = false
    /// Whether a connection with something under way was given more.
    private var wantsMore = false

    init(membersMax: Int, depthMax: Int, waitersMax: Int) {
        self.membersMax = max(1, membersMax)
        shareMax = max(1, membersMax / 2)
        self.depthMax = max(1, depthMax)
        partyDepthMax = max(1, depthMax / 8)
        self.waitersMax = waitersMax
    }

    var waiterCount: Int { line.count }
    var memberCount: Int { members.count }

    // MARK: - Wishes

    /// - Parameter party: For whom; nil for the service itself, which has no share but all.
    mutating func admit(_ wish: Wish, for party: Party? = nil) -> Admission {
        guard !isClosed else { return .closed }
        if mayPass(party), let member = take(wish, for: party) { return .member(member) }
        guard line.count < waitersMax else { return .refused }
        nextWaiter += 1
        line.append(.init(id: nextWaiter, wish: wish, party: party))
        return .waits(nextWaiter)
    }

    /// Nobody passes who waits, unless whoever waits may not have what is there.
    private func mayPass(_ party: Party?) -> Bool {
        line.isEmpty
            || !line.contains(party)
                && (0..<line.partyCount).allSatisfy { isHeldBack(line.front($0)) }
    }

    /// The waiter does not wait any more. False when it did not.
    mutating func leave(_ waiter: WaiterID) -> Bool {
        line.remove(waiter)
    }

    /// Who is next in line, when there is a connection for it.
    mutating func nextAssignment() -> Assignment? {
        for turn in 0..<line.partyCount {
            let waiter = line.front(turn)
            if let member = take(waiter.wish, for: waiter.party) {
                line.serve(waiter)
                return Assignment(waiter: waiter.id, member: member)
            }
            // One who could have it if there were one is not passed: a lease would wait for ever.
            guard isHeldBack(waiter) else { return nil }
        }
        return nil
    }

    private func hasItsShare(_ party: Party?) -> Bool {
        party.map { shares[$0, default: 0] >= shareMax } ?? false
    }

    /// Whether it waits for its own party rather than for a connection.
    private func isHeldBack(_ waiter: FairLine.Waiter) -> Bool {
        choose(waiter.wish, for: waiter.party) == nil
            && (hasItsShare(waiter.party) || choose(waiter.wish, for: nil) != nil)
    }

    /// Whether the waiter waits for what its own party has under way, and not for a connection.
    func waitsForItsOwn(_ waiter: WaiterID) -> Bool {
        line.front(before: waiter).map(isHeldBack) ?? false
    }

    private func choose(_ wish: Wish, for party: Party?) -> Int? {
        let isOwnOnly = hasItsShare(party)
        var best: Int?
        for (index, member) in members.enumerated() where !member.isLent && !member.isBlocked {
            guard member.load < (wish == .lease ? 1 : depthMax) else { continue }
            if let party {
                let load = member.loads[party, default: 0]
                if isOwnOnly && load == 0 || load >= partyDepthMax { continue }
            }
            if member.load < best.map({ members[$0].load }) ?? .max { best = index }
        }
        return best
    }

    private mutating func take(_ wish: Wish, for party: Party?) -> MemberID? {
        guard let best = choose(wish, for: party) else { return nil }
        if wish == .lease {
            members[best].isLent = true
            members[best].lessee = party
            if let party { shares[party, default: 0] += 1 }
        } else {
            if members[best].load > 0 { wantsMore = true }
            members[best].load += 1
            if let party {
                let load = members[best].loads[party, default: 0]
                if load == 0 { shares[party, default: 0] += 1 }
                members[best].loads[party] = load + 1
            }
        }
        return members[best].id
    }

    private mutating func giveUpShare(_ party: Party) {
        let share = shares[party, default: 1] - 1
        shares[party] = share > 0 ? share : nil
    }

    // MARK: - Connections

    /// Whether to open a connection now: one at a time, for those who wait or share.
    mutating func mustConnect() -> Bool {
        guard !isClosed, !isResting, !isConnecting, members.count < membersMax,
            !line.isEmpty || wantsMore
        else { return false }
        isConnecting = true
        wantsMore = false
        return true
    }

    /// - Returns: nil when the pool has been closed meanwhile.
    mutating func connected() -> MemberID? {
        isConnecting = false
        guard !isClosed else { return nil }
        nextMember += 1
        members.append(Member(id: nextMember))
        return nextMember
    }

    /// - Returns: Whether to rest before the next attempt.
    mutating func connectFailed() -> Bool {
        isConnecting = false
        isResting = !isClosed
        return isResting
    }

    mutating func rested() {
        isResting = false
    }

    /// One of the party's requests on the connection has been answered.
    mutating func answered(_ id: MemberID, for party: Party? = nil) {
        change(id) { state, index in
            state.members[index].load = max(0, state.members[index].load - 1)
            guard let party, let load = state.members[index].loads[party] else { return }
            state.members[index].loads[party] = load > 1 ? load - 1 : nil
            if load == 1 { state.giveUpShare(party) }
        }
    }

    mutating func released(_ id: MemberID) {
        change(id) { state, index in
            state.members[index].isLent = false
            if let lessee = state.members[index].lessee.take() { state.giveUpShare(lessee) }
        }
    }

    /// A blocked connection takes nothing new.
    mutating func setBlocked(_ id: MemberID, _ isBlocked: Bool) {
        change(id) { $0.members[$1].isBlocked = isBlocked }
    }

    mutating func lost(_ id: MemberID) {
        change(id) { state, index in
            let member = state.members.remove(at: index)
            for party in member.loads.keys { state.giveUpShare(party) }
            if let lessee = member.lessee { state.giveUpShare(lessee) }
        }
    }

    /// - Returns: Who waited, in order.
    mutating func close() -> [WaiterID] {
        isClosed = true
        let waiting = line.waiterIDs
        line = FairLine()
        return waiting
    }

    private mutating func change(_ id: MemberID, _ body: (inout PoolState, Int) -> Void) {
        guard let index = members.firstIndex(where: { $0.id == id }) else { return }
        body(&self, index)
    }
}
