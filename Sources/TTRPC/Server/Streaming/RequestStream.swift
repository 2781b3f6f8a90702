/// The messages of a client that streams, in order. It ends when the client half-closes, and
/// throws when the connection or the call ends before that.
public struct RequestStream<Message: WireMessage>: AsyncSequence, Sendable {
    public typealias Element = Message

    let queue: MessageQueue<Message>

    public func makeAsyncIterator() -> Iterator {
        Iterator(queue: queue)
    }

    /// Reads the stream; one at a time.
    public struct Iterator: AsyncIteratorProtocol {
        let queue: MessageQueue<Message>

        /// - Throws: `RPCError` when the stream fails, `CancellationError` when the call ends.
        public mutating func next() async throws -> Message? {
            try await queue.next()
        }
    }
}
