internal import Synchronization

/// Messages between the loop that receives them and the task that reads them.
///
/// Bounded: ttrpc has no flow control, so a reader that falls `messagesMax` behind, or together
/// with the connection's other readers too many bytes, loses its stream rather than stopping the
/// connection for everybody else.
final class MessageQueue<Message: Sendable>: Sendable {
    private struct Item {
        let message: Message
        let byteCount: Int
    }

    private struct State {
        var items: [Item] = []
        var head = 0
        var byteCount = 0
        /// How the stream ends, once it has.
        var end: Result<Void, RPCError>?
        var waiter: CheckedContinuation<Message?, any Error>?
        var waiterID: UInt64 = 0
    }

    private let state = Mutex(State())
    private let messagesMax: Int
    private let unreadBytes: UnreadBytes

    init(messagesMax: Int, unreadBytes: UnreadBytes) {
        self.messagesMax = messagesMax
        self.unreadBytes = unreadBytes
    }

    deinit {
        state.withLock { state in
            unreadBytes.giveBack(state.byteCount, messages: state.items.count - state.head)
        }
    }

    /// False when the queue is full; the message is dropped then.
    func offer(_ message: Message, byteCount: Int) -> Bool {
        let (accepted, waiter) = state.withLock {
            state -> (Bool, CheckedContinuation<Message?, any Error>?) in
            guard state.end == nil else { return (true, nil) }
            if let waiter = state.waiter {
                state.waiter = nil
                return (true, waiter)
            }
            guard state.items.count - state.head < messagesMax, unreadBytes.take(byteCount)
            else { return (false, nil) }
            if state.head >= 64, state.head >= state.items.count / 2 {
                // A reader that is always a little behind would never see the array empty.
                state.items.removeFirst(state.head)
                state.head = 0
            }
            state.items.append(Item(message: message, byteCount: byteCount))
            state.byteCount += byteCount
            return (true, nil)
        }
        waiter?.resume(returning: message)
        return accepted
    }

    /// No message follows. What is queued is still read first; a failure comes after it.
    func finish(_ result: Result<Void, RPCError>) {
        let waiter = state.withLock { state -> CheckedContinuation<Message?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = result
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(with: result.map { nil }.mapError { $0 })
    }

    /// The next message; nil at the end. One reader at a time.
    ///
    /// - Throws: `RPCError` when the stream failed, `CancellationError` when the task is cancelled.
    func next() async throws -> Message? {
        let id = state.withLock { state in
            state.waiterID += 1
            return state.waiterID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                take(continuation, id: id)
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Message?, any Error>? in
                guard state.waiterID == id else { return nil }
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private enum Taken {
        case message(Message)
        case end(Result<Void, RPCError>)
        case cancelled
        case wait
    }

    private func take(_ continuation: CheckedContinuation<Message?, any Error>, id: UInt64) {
        let taken = state.withLock { state -> Taken in
            if state.head < state.items.count { return .message(takeFirst(&state)) }
            if let end = state.end { return .end(end) }
            precondition(state.waiter == nil, "a stream has one reader at a time")
            guard !Task.isCancelled else { return .cancelled }
            state.waiter = continuation
            return .wait
        }
        switch taken {
        case .message(let message): continuation.resume(returning: message)
        case .end(let result): continuation.resume(with: result.map { nil }.mapError { $0 })
        case .cancelled: continuation.resume(throwing: CancellationError())
        case .wait: break
        }
    }

    private func takeFirst(_ state: inout State) -> Message {
        let item = state.items[state.head]
        state.head += 1
        state.byteCount -= item.byteCount
        unreadBytes.giveBack(item.byteCount)
        if state.head == state.items.count {
            state.items.removeAll(keepingCapacity: true)
            state.head = 0
        }
        return item.message
    }
}
