internal import Synchronization
internal import TTRPC

/// Calls that are kept open by being held, from whatever thread.
final class LockedCalls: Sendable {
    typealias Call = BidirectionalCall<RawMessage, RawMessage>

    private let calls = Mutex<[Call]>([])

    var count: Int { calls.withLock { $0.count } }

    func keep(_ call: Call) {
        calls.withLock { $0.append(call) }
    }
}
