/// The messages of a server that streams, in order. It ends when the server ends it, and throws
/// when the call fails.
///
/// ttrpc has no flow control: what has come and was not read yet waits here up to
/// `ClientLimits.unreadMessagesMax` and `unreadBytesMax`. A reader slower than that loses the
/// stream with `RESOURCE_EXHAUSTED`, and no other call of the connection is held up. When nobody
/// holds the stream any more, the call is given up.
public struct ResponseStream<Message: WireMessage>: AsyncSequence, Sendable {
    public typealias Element = Message
    public typealias Failure = RPCError

    let queue: MessageQueue<Message>
    let lifetime: StreamLifetime

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(queue: queue, lifetime: lifetime)
    }

    /// Reads the stream; one at a time.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let queue: MessageQueue<Message>
        let lifetime: StreamLifetime

        /// The next message; nil at the end of the stream.
        ///
        /// - Throws: `RPCError` when the call has failed; `CANCELLED` when the task is cancelled,
        ///   which gives the call up.
        public mutating func next() async throws(RPCError) -> Message? {
            do {
                return try await queue.next()
            } catch let error as RPCError {
                throw error
            } catch {
                lifetime.cancel()
                throw RPCError(.cancelled, "the caller cancelled the call")
            }
        }

        /// See `next()`.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(RPCError) -> Message? {
            try await next()
        }
    }
}
