/// Calls that wait for a connection or for their turn, in order. One that gives up leaves at once:
/// its place is found by its ticket.
struct WaitingCalls<Call> {
    private var calls: [UInt64: Call] = [:]
    private var head: UInt64 = 0
    private var tail: UInt64 = 0

    var count: Int { calls.count }
    var isEmpty: Bool { calls.isEmpty }

    /// Adds a call at the end and gives its ticket.
    mutating func append(_ call: Call) -> UInt64 {
        calls[tail] = call
        tail += 1
        return tail - 1
    }

    mutating func remove(_ ticket: UInt64) {
        calls[ticket] = nil
        if calls.isEmpty { head = tail }
    }

    mutating func popFirst() -> Call? {
        while head < tail {
            head += 1
            if let call = calls.removeValue(forKey: head - 1) { return call }
        }
        return nil
    }

    /// Takes out the calls that `leaves` says, in order.
    mutating func removeAll(where leaves: (Call) -> Bool = { _ in true }) -> [Call] {
        let leaving = calls.filter { leaves($0.value) }.sorted { $0.key < $1.key }
        for (ticket, _) in leaving { remove(ticket) }
        return leaving.map(\.value)
    }
}
