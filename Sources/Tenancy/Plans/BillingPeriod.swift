/// A span of time that is paid for at once.
package struct BillingPeriod: Sendable, Hashable {
    package let start: Timestamp
    package let end: Timestamp

    package init(start: Timestamp, end: Timestamp) {
        precondition(start < end, "a period has a length")
        self.start = start
        self.end = end
    }

    private static let microsecondsPerSecond: Int64 = 1_000_000

    /// Its length in whole seconds; at least one.
    package var seconds: Int64 {
        max(1, (end.microseconds - start.microseconds) / Self.microsecondsPerSecond)
    }

    /// How many whole seconds of it are left; none after it, and all of them before it.
    package func secondsLeft(at now: Timestamp) -> Int64 {
        let left = (end.microseconds - now.microseconds) / Self.microsecondsPerSecond
        return min(max(0, left), seconds)
    }
}
