/// How much strangers may write into the log: so many lines a second, and the rest as a number.
struct LineBudget: Sendable {
    let linesPerSecondMax: Int
    private var second: Int64 = 0
    private var count = 0
    private var dropped = 0

    init(linesPerSecondMax: Int) {
        self.linesPerSecondMax = linesPerSecondMax
    }

    /// Counts a line in. Nil when its second is full, else how many were dropped before it.
    mutating func admit(second: Int64) -> Int? {
        if self.second != second {
            self.second = second
            count = 0
        }
        guard count < linesPerSecondMax else {
            dropped += 1
            return nil
        }
        count += 1
        defer { dropped = 0 }
        return dropped
    }
}
