internal import Reactor

/// One try of one call, on the loop of its lane: its place in the queue, its stream, its deadline.
/// Subclasses know the types of the messages.
///
/// `@unchecked Sendable`: the caller's task holds it on whatever thread it runs on, but everything
/// below is called on the lane's loop, and nothing else touches the state.
class ClientCall: @unchecked Sendable {
    /// Where the call is. Can transition to: the next one, or ended.
    private enum Phase {
        case new
        case waiting(ticket: UInt64)
        /// `end` is the position of the request's last byte in all that the connection sends.
        case sent(ClientConnection, id: UInt32, end: UInt64)
        case ended
    }

    let lane: ClientLane
    let kind: MethodKind
    let waitForReady: Bool
    let service: String
    let method: String
    private let metadata: Metadata
    private let deadline: MonotonicInstant?
    private var phase = Phase.new
    private var timer: Reactor.Timer?

    init<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        deadline: MonotonicInstant?, lane: ClientLane
    ) {
        self.lane = lane
        kind = method.kind
        service = method.service
        self.method = method.method
        waitForReady = options.waitForReady
        metadata = options.metadata
        self.deadline = deadline
    }

    // MARK: - What the subclasses do

    /// Writes the request frame.
    func writeRequest(to connection: ClientConnection, id: UInt32) throws(RPCError) {
        preconditionFailure("a subclass writes the request")
    }

    /// The request is written on an open connection.
    func didSend() {}

    /// The response frame of a call that has not failed; nothing follows it.
    func receiveAnswer(_ payload: UnsafeRawBufferPointer) {}

    /// A message of the server's stream.
    func receiveMessage(_ bytes: UnsafeRawBufferPointer) {}

    /// The end of the server's stream; nothing follows it.
    func receiveEnd() {}

    /// The peer takes bytes again, or the call has ended.
    func canWrite() {}

    /// The call has failed; nothing follows it.
    func didFail(_ failure: CallFailure) {}

    // MARK: - Beginning

    /// Begins the call; on the loop.
    final func begin() {
        guard case .new = phase else { return }
        // First of all: a closed client's loop has stopped, and takes no timers.
        guard !lane.isClosed else {
            fail(ClientConnectivity.closedError, .notBegun)
            return
        }
        if let deadline {
            guard deadline > .now() else {
                fail(Self.deadlineExceeded, .notBegun)
                return
            }
            timer = lane.loop.schedule(at: deadline) { [self] in deadlinePassed() }
        }
        lane.start(self)
    }

    final func wait(ticket: UInt64) {
        guard case .new = phase else { return }
        phase = .waiting(ticket: ticket)
    }

    final func sent(on connection: ClientConnection, id: UInt32, end: UInt64) {
        phase = .sent(connection, id: id, end: end)
        didSend()
    }

    /// The request's envelope without its payload, with what is left of the time.
    final var head: RequestHead {
        var nanoseconds: UInt64 = 0
        if let deadline {
            let now = MonotonicInstant.now().nanoseconds
            // At least 1: zero would read as no deadline.
            nanoseconds = deadline.nanoseconds > now ? deadline.nanoseconds - now : 1
        }
        return RequestHead(
            service: service, method: method, timeoutNanoseconds: nanoseconds, metadata: metadata)
    }

    // MARK: - While it lasts

    final var hasEnded: Bool { if case .ended = phase { true } else { false } }

    /// The connection and the stream, while the call is on one.
    final var stream: (connection: ClientConnection, id: UInt32)? {
        if case .sent(let connection, let id, _) = phase { (connection, id) } else { nil }
    }

    /// The response frame's data.
    final func receiveResponse(_ data: UnsafeRawBufferPointer) {
        let envelope: ResponseEnvelope
        do {
            envelope = try ResponseEnvelope(reading: data)
        } catch {
            fail(error, .sent)
            return
        }
        if let error = envelope.error {
            let failure = CallFailure(answered: error)
            if failure.progress == .notBegun, let stream { lane.retire(stream.connection) }
            fail(failure)
        } else {
            receiveAnswer(envelope.payload)
        }
    }

    // MARK: - The end

    /// The caller has gone.
    final func cancel() {
        giveUp(RPCError(.cancelled, "the caller cancelled the call"))
    }

    /// The same from any thread.
    final func cancelFromAnywhere() {
        lane.loop.execute { [self] in cancel() }
    }

    private func deadlinePassed() {
        giveUp(Self.deadlineExceeded)
    }

    /// Ends the call from this side.
    final func giveUp(_ error: RPCError) {
        switch phase {
        case .new: fail(error, .notBegun)
        case .waiting(let ticket):
            lane.leaveQueue(ticket)
            fail(error, .notBegun)
        case .sent(let connection, let id, _):
            // Before the failure: it may be what a waiting call needs to get its turn.
            connection.abandon(id, tellServer: kind != .unary || lane.tellsOfUnaryCallsGivenUp)
            fail(error, .sent)
        case .ended: break
        }
    }

    /// The connection is gone.
    final func connectionLost(_ reason: String) {
        guard case .sent(let connection, _, let end) = phase else { return }
        let error = RPCError(.unavailable, "the connection was lost: \(reason)")
        fail(error, connection.isUnsent(before: end) ? .notBegun : .sent)
    }

    final func fail(_ error: RPCError, _ progress: CallFailure.Progress) {
        fail(CallFailure(error, progress))
    }

    final func fail(_ failure: CallFailure) {
        guard end() else { return }
        didFail(failure)
    }

    /// Marks the end; false when the call had ended already.
    final func end() -> Bool {
        if case .ended = phase { return false }
        phase = .ended
        if let timer { lane.loop.cancel(timer) }
        timer = nil
        return true
    }

    private static let deadlineExceeded = RPCError(
        .deadlineExceeded, "the deadline passed before the call was answered")
}
