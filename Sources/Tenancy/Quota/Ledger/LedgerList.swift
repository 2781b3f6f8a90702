/// Slots that have to be told of, in the order in which that turned out.
struct LedgerList: Sendable {
    private(set) var slots: [Int32] = []
    /// How many of the first ones were found to wait for the end of another exchange.
    private(set) var heldCount = 0

    var isEmpty: Bool { slots.isEmpty }
    /// Whether any may be told of now.
    var hasDue: Bool { slots.count > heldCount }

    mutating func append(_ slot: Int32) { slots.append(slot) }

    /// An exchange is over: who waited may be told of.
    mutating func release() { heldCount = 0 }

    /// Keeps a slot in the place of an earlier one that was taken out.
    mutating func hold(_ slot: Int32) {
        slots[heldCount] = slot
        heldCount += 1
    }

    /// Takes out what was looked at up to a place, but for what is held.
    mutating func remove(upTo end: Int) { slots.removeSubrange(heldCount..<end) }
}
