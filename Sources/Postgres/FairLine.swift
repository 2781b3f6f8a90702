/// Those who wait for a connection: a queue for each party, and the parties in a ring.
///
/// The party that was served goes to the ring's end, so one that has a thousand wishes is served as
/// often as one that has two. A pure struct.
struct FairLine {
    struct Waiter {
        let id: PoolState.WaiterID
        let wish: PoolState.Wish
        let party: PoolState.Party?
    }

    private struct Queue {
        /// In order; those who have left are still here, and skipped.
        var waiters: [Waiter] = []
        var head = 0
        /// How many of them have not left.
        var count = 0
    }

    private var queues: [PoolState.Party?: Queue] = [:]
    private var ring: [PoolState.Party?] = []
    /// Everybody who has not left.
    private var parties: [PoolState.WaiterID: PoolState.Party?] = [:]

    var count: Int { parties.count }
    var isEmpty: Bool { parties.isEmpty }

    func contains(_ party: PoolState.Party?) -> Bool { queues[party] != nil }

    /// How many parties wait.
    var partyCount: Int { ring.count }

    /// The first of the party whose turn is the `turn`th from now.
    func front(_ turn: Int) -> Waiter {
        guard let queue = queues[ring[turn]] else {
            preconditionFailure("who is in the ring has a queue")
        }
        return queue.waiters[queue.head]
    }

    /// The first of the party that the waiter is of; nil when it does not wait.
    func front(before id: PoolState.WaiterID) -> Waiter? {
        guard let party = parties[id], let queue = queues[party] else { return nil }
        return queue.waiters[queue.head]
    }

    /// In the order in which they came.
    var waiterIDs: [PoolState.WaiterID] { parties.keys.sorted() }

    mutating func append(_ waiter: Waiter) {
        if queues[waiter.party] == nil { ring.append(waiter.party) }
        queues[waiter.party, default: Queue()].waiters.append(waiter)
        queues[waiter.party]?.count += 1
        parties[waiter.id] = .some(waiter.party)
    }

    /// False when it did not wait.
    mutating func remove(_ id: PoolState.WaiterID) -> Bool {
        guard let party = parties.removeValue(forKey: id) else { return false }
        settle(party)
        return true
    }

    /// The waiter, the first of its party, has what it waited for: the next turn is another
    /// party's.
    mutating func serve(_ waiter: Waiter) {
        parties[waiter.id] = nil
        if let place = ring.firstIndex(of: waiter.party) {
            ring.append(ring.remove(at: place))
        }
        settle(waiter.party)
    }

    /// One of the party's waiters is gone: its queue begins with one who is not, or ends.
    private mutating func settle(_ party: PoolState.Party?) {
        guard var queue = queues.removeValue(forKey: party) else { return }
        queue.count -= 1
        guard queue.count > 0 else {
            ring.removeAll { $0 == party }
            return
        }
        while parties[queue.waiters[queue.head].id] == nil { queue.head += 1 }
        if queue.head > 1024 {
            queue.waiters.removeFirst(queue.head)
            queue.head = 0
        }
        queues[party] = queue
    }
}
