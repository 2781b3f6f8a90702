/// An exchange that is under way: what was told of each slot, to be settled by the answer.
struct LedgerExchange: Sendable {
    struct Item: Sendable {
        var slot: Int32
        let spent: Int64
        let returned: Int64
        /// The part of `spent` that waits for the commit.
        let pending: Int64
        let granted: Int64
        let target: Int64
        /// The block before it was asked for anew.
        let block: Int64
    }

    let number: UInt64
    var items: [Item]
    /// How many of them somebody waits for.
    let urgentCount: Int
    /// How many of them are there for no other reason than that their time had come.
    let flushCount: Int
    /// The end of a period is told as a time from the database's answer; counted from the question
    /// it can only be too early.
    let startedAt: UInt64

    /// Whether others are told of, for whom nobody waits.
    var isQuiet: Bool { urgentCount < items.count }

    /// False when the slot is not in here.
    mutating func move(_ slot: Int32, to other: Int32) -> Bool {
        guard let index = items.firstIndex(where: { $0.slot == slot }) else { return false }
        items[index].slot = other
        return true
    }
}
