internal import Reactor

/// The messages of a client that streams, in order. It ends when the client half-closes, and
/// throws when the connection or the call ends before that.
public struct RequestStream<Message: WireMessage>: AsyncSequence, Sendable {
    public typealias Element = Message

    let queue: MessageQueue<Message>
    /// The connection's.
    let loop: EventLoop

    public func makeAsyncIterator() -> Iterator {
        Iterator(queue: queue, loop: loop)
    }

    /// Reads the stream; one at a time.
    public struct Iterator: AsyncIteratorProtocol {
        let queue: MessageQueue<Message>
        let loop: EventLoop
        private var taken = 0

        init(queue: MessageQueue<Message>, loop: EventLoop) {
            self.queue = queue
            self.loop = loop
        }

        /// - Throws: `RPCError` when the stream fails, `CancellationError` when the call ends.
        public mutating func next() async throws -> Message? {
            taken += 1
            if taken.isMultiple(of: ServerCall.messagesPerTurnMax), loop.isCurrent {
                await loop.nextTurn()
            }
            return try await queue.next()
        }
    }
}
