/// Sends the messages of a server that streams.
public struct ResponseWriter<Message: WireMessage>: Sendable {
    let call: ServerCall

    /// Sends one message. Waits while the peer is slower than the handler, so that what is unsent
    /// stays bounded.
    ///
    /// - Throws: `RPCError` with `CANCELLED` when the call has ended (the caller is gone, its
    ///   deadline passed, the server stops), `RESOURCE_EXHAUSTED` for a message over the frame
    ///   limit.
    public func write(_ message: Message) async throws(RPCError) {
        try await call.send(message)
    }
}
