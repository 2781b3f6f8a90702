/// The calls that wait, in a pool of places that are used again. A ticket is a place and how often
/// it was used before, so an old ticket never means a new call.
struct LedgerWaiters: Sendable {
    struct Waiter: Sendable {
        var charges: [QuotaCharge] = []
        var durability = Durability.leased
        /// Until when units that others hold are waited for; nil before they were asked for.
        var deadline: UInt64?
        /// The last exchange that had begun when the call came; its answer, and those of the ones
        /// before it, are too old to deny it.
        var exchange: UInt64 = 0
        /// How many of its accounts have not been committed, or told, yet.
        var accountsOpen = 0
        var outcome = LedgerOutcome.unavailable
        var uses: UInt32 = 0
        var isLive = false
        var isCancelled = false
        var next: Int32 = -1
    }

    private(set) var places: [Waiter] = []
    private var vacant: [Int32] = []
    private(set) var count = 0

    subscript(place: Int32) -> Waiter {
        get { places[Int(place)] }
        _modify { yield &places[Int(place)] }
    }

    mutating func add(_ waiter: Waiter) -> Int32 {
        count += 1
        var waiter = waiter
        waiter.isLive = true
        if let place = vacant.popLast() {
            waiter.uses = places[Int(place)].uses &+ 1
            places[Int(place)] = waiter
            return place
        }
        places.append(waiter)
        return Int32(places.count - 1)
    }

    mutating func remove(_ place: Int32) {
        count -= 1
        places[Int(place)].isLive = false
        places[Int(place)].charges = []
        vacant.append(place)
    }

    func ticket(_ place: Int32) -> LedgerTicket {
        LedgerTicket(rawValue: UInt64(places[Int(place)].uses) << 32 | UInt64(place))
    }

    /// The place of a ticket whose call still waits.
    func place(of ticket: LedgerTicket) -> Int32? {
        let place = Int(ticket.rawValue & 0xffff_ffff)
        guard place < places.count, places[place].isLive,
            places[place].uses == UInt32(ticket.rawValue >> 32)
        else { return nil }
        return Int32(place)
    }

    mutating func append(_ place: Int32, to queue: inout LedgerQueue) {
        places[Int(place)].next = -1
        if queue.isEmpty {
            queue.first = place
        } else {
            places[Int(queue.last)].next = place
        }
        queue.last = place
    }

    mutating func popFirst(of queue: inout LedgerQueue) -> Int32? {
        guard !queue.isEmpty else { return nil }
        let place = queue.first
        queue.first = places[Int(place)].next
        if queue.isEmpty { queue.last = -1 }
        return place
    }
}

/// Waiting calls in the order in which they came, each with a number up to which it goes on
/// waiting.
struct LedgerLinks: Sendable {
    struct Link: Sendable {
        var waiter: Int32
        var mark: Int64
        var next: Int32 = -1
    }

    private var places: [Link] = []
    private var vacant: [Int32] = []

    mutating func append(waiter: Int32, mark: Int64, to queue: inout LedgerQueue) {
        let link = Link(waiter: waiter, mark: mark)
        let place: Int32
        if let free = vacant.popLast() {
            place = free
            places[Int(place)] = link
        } else {
            places.append(link)
            place = Int32(places.count - 1)
        }
        if queue.isEmpty {
            queue.first = place
        } else {
            places[Int(queue.last)].next = place
        }
        queue.last = place
    }

    /// The first, when its mark is reached.
    mutating func popFirst(of queue: inout LedgerQueue, upTo mark: Int64) -> Link? {
        guard !queue.isEmpty else { return nil }
        let place = queue.first
        let link = places[Int(place)]
        guard link.mark <= mark else { return nil }
        queue.first = link.next
        if queue.isEmpty { queue.last = -1 }
        vacant.append(place)
        return link
    }
}
