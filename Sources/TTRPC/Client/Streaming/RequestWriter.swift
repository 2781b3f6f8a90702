/// Sends the messages of a client that streams.
public struct RequestWriter<Message: WireMessage>: Sendable {
    private let sendMessage: @Sendable (Message) async throws(RPCError) -> Void
    private let halfClose: @Sendable () -> Void
    private let lifetime: StreamLifetime

    init<Response>(_ call: StreamCall<Message, Response>, lifetime: StreamLifetime) {
        sendMessage = { message throws(RPCError) in try await call.send(message) }
        halfClose = { call.halfClose() }
        self.lifetime = lifetime
    }

    /// Sends one message. Waits while the server is slower than the caller, so that what is unsent
    /// stays bounded. Cancelling the waiting task gives the call up.
    ///
    /// - Throws: `RPCError` with the status of a call that has failed; `CANCELLED` when the server
    ///   has ended the call already; `RESOURCE_EXHAUSTED` for a message over the frame limit.
    public func write(_ message: Message) async throws(RPCError) {
        try await sendMessage(message)
    }

    /// Says that no more messages come (half-close). The answers go on.
    public func finish() {
        halfClose()
    }
}
