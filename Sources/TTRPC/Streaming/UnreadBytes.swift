internal import Synchronization

/// What the message queues of one connection hold together. One bound for all of them: a bound per
/// stream, times the streams of a connection, would be none.
final class UnreadBytes: Sendable {
    /// What a waiting message costs besides its bytes, so that empty ones count too.
    private static let messageBytes = 64

    private let max: Int
    private let used = Atomic<Int>(0)

    init(max: Int) {
        self.max = max
    }

    /// Takes room for a message of `byteCount` bytes; false when there is none. The largest of
    /// messages still finds room where nothing else waits.
    func take(_ byteCount: Int) -> Bool {
        let cost = byteCount + Self.messageBytes
        let (before, after) = used.add(cost, ordering: .relaxed)
        guard after <= max || before == 0 else {
            used.subtract(cost, ordering: .relaxed)
            return false
        }
        return true
    }

    func giveBack(_ byteCount: Int, messages: Int = 1) {
        used.subtract(byteCount + messages * Self.messageBytes, ordering: .relaxed)
    }
}
