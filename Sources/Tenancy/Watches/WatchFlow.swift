/// How far a watch has got: what was sent, and what of that was taken in. It bounds what is under
/// way to a watcher, however slow.
package struct WatchFlow: Sendable {
    /// How many events may be sent that were not acknowledged.
    package static let unacknowledgedMax = 64

    /// Everything up to here was sent, or is none of the watcher's business.
    private(set) package var position: ChainPosition
    private var unacknowledged: [Int64] = []

    package init(from position: ChainPosition) {
        self.position = position
    }

    /// How many more events may be sent now.
    package var room: Int { Self.unacknowledgedMax - unacknowledged.count }

    /// An event is being sent.
    package mutating func send(_ event: ChainPosition) {
        precondition(room > 0 && event.sequence > position.sequence, "events go out in order")
        position = event
        unacknowledged.append(event.sequence)
    }

    /// There is nothing for the watcher up to here.
    package mutating func pass(to position: ChainPosition) {
        precondition(position.sequence >= self.position.sequence, "a watch never goes back")
        self.position = position
    }

    /// Everything up to here was taken in. False for what was not sent. What was acknowledged
    /// before may be so again.
    package mutating func acknowledge(_ position: ChainPosition) -> Bool {
        guard position.sequence <= self.position.sequence else { return false }
        unacknowledged.removeAll { $0 <= position.sequence }
        return true
    }
}
