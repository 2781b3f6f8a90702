/// Who gets which connection, who waits, and when another connection is opened: the decisions of a
/// pool. A pure struct; `Pool` performs.
///
/// A request goes to the connection with the least under way; a transaction that needs to think
/// between statements leases one for itself. Who has to wait, waits in line, so a lease is not
/// starved by requests.
struct PoolState {
    typealias MemberID = Int
    typealias WaiterID = UInt64

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
        var load = 0
        var isLeased = false
        var isBlocked = false
    }

    private let membersMax: Int
    private let depthMax: Int
    private let waitersMax: Int
    private var members: [Member] = []
    private var nextMember: MemberID = 0
    private var nextWaiter: WaiterID = 0
    private var wishes: [WaiterID: Wish] = [:]
    /// Waiters in order; those who have left are still here, and skipped.
    private var line: [WaiterID] = []
    private var lineHead = 0
    private var isConnecting = false
    private var isResting = false
    private var isClosed = false
    /// Whether a connection with something under way was given more.
    private var wantsMore = false

    init(membersMax: Int, depthMax: Int, waitersMax: Int) {
        self.membersMax = max(1, membersMax)
        self.depthMax = max(1, depthMax)
        self.waitersMax = waitersMax
    }

    var waiterCount: Int { wishes.count }
    var memberCount: Int { members.count }

    // MARK: - Wishes

    mutating func admit(_ wish: Wish) -> Admission {
        guard !isClosed else { return .closed }
        if wishes.isEmpty, let member = take(wish) { return .member(member) }
        guard wishes.count < waitersMax else { return .refused }
        nextWaiter += 1
        wishes[nextWaiter] = wish
        line.append(nextWaiter)
        return .waits(nextWaiter)
    }

    /// The waiter does not wait any more. False when it did not.
    mutating func leave(_ waiter: WaiterID) -> Bool {
        wishes.removeValue(forKey: waiter) != nil
    }

    /// Who is next in line, when there is a connection for it.
    mutating func nextAssignment() -> Assignment? {
        while lineHead < line.count {
            let waiter = line[lineHead]
            guard let wish = wishes[waiter] else {
                advance()
                continue
            }
            guard let member = take(wish) else { return nil }
            wishes[waiter] = nil
            advance()
            return Assignment(waiter: waiter, member: member)
        }
        return nil
    }

    private mutating func advance() {
        lineHead += 1
        guard lineHead == line.count || lineHead > 1024 else { return }
        line.removeFirst(lineHead)
        lineHead = 0
    }

    private mutating func take(_ wish: Wish) -> MemberID? {
        var best: Int?
        for (index, member) in members.enumerated() where !member.isLeased && !member.isBlocked {
            guard member.load < (wish == .lease ? 1 : depthMax) else { continue }
            if member.load < best.map({ members[$0].load }) ?? .max { best = index }
        }
        guard let best else { return nil }
        if wish == .lease {
            members[best].isLeased = true
        } else {
            if members[best].load > 0 { wantsMore = true }
            members[best].load += 1
        }
        return members[best].id
    }

    // MARK: - Connections

    /// Whether to open a connection now: one at a time, for those who wait or share.
    mutating func mustConnect() -> Bool {
        guard !isClosed, !isResting, !isConnecting, members.count < membersMax,
            !wishes.isEmpty || wantsMore
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

    mutating func answered(_ id: MemberID) {
        change(id) { $0.load = max(0, $0.load - 1) }
    }

    mutating func released(_ id: MemberID) {
        change(id) { $0.isLeased = false }
    }

    /// A blocked connection takes nothing new.
    mutating func setBlocked(_ id: MemberID, _ isBlocked: Bool) {
        change(id) { $0.isBlocked = isBlocked }
    }

    mutating func lost(_ id: MemberID) {
        members.removeAll { $0.id == id }
    }

    /// - Returns: Who waited, in order.
    mutating func close() -> [WaiterID] {
        isClosed = true
        let waiting = line[lineHead...].filter { wishes[$0] != nil }
        wishes = [:]
        line = []
        lineHead = 0
        return waiting
    }

    private mutating func change(_ id: MemberID, _ body: (inout Member) -> Void) {
        guard let index = members.firstIndex(where: { $0.id == id }) else { return }
        body(&members[index])
    }
}
