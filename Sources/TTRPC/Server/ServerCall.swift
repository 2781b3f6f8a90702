internal import Reactor

/// One call that was not answered at once: its task, its deadline, and the way back to its
/// connection. It lives on the connection's loop.
///
/// `@unchecked Sendable`: the handler's task holds it on whatever thread it runs on, but every
/// method below hops to the loop before it touches the state.
final class ServerCall: @unchecked Sendable {
    let id: UInt32
    let context: ServerContext
    /// Whether a drain ends the call instead of waiting for it.
    let endsOnDrain: Bool
    /// For whom it is, as far as interceptors say.
    private let party: CallParty
    private let loop: EventLoop
    private let handlers: RunningHandlers
    private let lines: CallLines
    /// When the connection began to work on it: what it costs to begin is its party's.
    private let begun = MonotonicInstant.now()
    /// Nil once the call has ended, which ends the cycle.
    private var connection: ServerConnection?
    private var task: Task<Void, Never>?
    private var timer: Reactor.Timer?
    private var hasEnded = false
    /// How many messages a handler sends or takes before others have their turn: one that never
    /// waits would keep the loop for as long as its peer goes on.
    static let messagesPerTurnMax = 16
    private var sentInTurn = 0
    /// Writers that wait for the peer to take bytes.
    private var writers: [CheckedContinuation<Void, Never>] = []
    /// Hands a message of the client's to the handler's queue; false when the queue is full.
    private var deliver: ((UnsafeRawBufferPointer) throws(RPCError) -> Bool)?
    private var endInbound: ((Result<Void, RPCError>) -> Void)?

    init(
        id: UInt32, context: ServerContext, connection: ServerConnection, endsOnDrain: Bool,
        party: CallParty
    ) {
        self.id = id
        self.context = context
        self.endsOnDrain = endsOnDrain
        self.party = party
        self.connection = connection
        loop = connection.loop
        handlers = connection.handlers
        lines = connection.lines
        if let deadline = context.deadline {
            timer = loop.schedule(at: deadline) { [self] in deadlinePassed() }
        }
    }

    var takesData: Bool { deliver != nil }

    // MARK: - The handler's task

    /// Starts the handler on the loop's own thread.
    ///
    /// - Parameter request: May say for whom it is, where no interceptor does.
    /// - Throws: `RESOURCE_EXHAUSTED` where too many wait for the same party.
    func run<Request>(
        for request: Request, _ body: @escaping @Sendable (ServerCall) async throws -> Void
    ) throws(RPCError) {
        let party = lines.party(party, request)
        let line = try lines.enter(party)
        handlers.begun()
        defer { loop.charge(line, since: begun) }
        task = Task(executorPreference: line) { [self] in
            do {
                // What the handler asks of other servers ends with its own call.
                try await CallDeadline.$inherited.withValue(context.deadline) {
                    if let scope = context.scope {
                        try await scope.run { try await body(self) }
                    } else {
                        try await body(self)
                    }
                }
            } catch {
                fail(with: error)
            }
            onLoop { call in
                call.handlers.ended()
                call.lines.leave(party)
            }
        }
    }

    /// Ends the call with its answer.
    func finish<Response: WireMessage>(with response: Response) {
        onLoop { call in
            guard !call.hasEnded, let connection = call.connection else { return }
            call.end(connection.respond(call.id, response))
        }
    }

    /// Ends the stream of answers.
    func finishStream() {
        onLoop { call in
            guard !call.hasEnded, let connection = call.connection else { return }
            connection.endStream(call.id)
            call.end(.ok)
        }
    }

    private func fail(with error: any Error) {
        onLoop { call in
            guard !call.hasEnded, let connection = call.connection else { return }
            call.refuse(connection.rpcError(for: error, in: call.context))
        }
    }

    private func onLoop(_ body: @escaping @Sendable (ServerCall) -> Void) {
        if loop.isCurrent {
            body(self)
        } else {
            loop.execute { [self] in body(self) }
        }
    }

    // MARK: - On the loop

    /// Ends the call with a failure, whatever its handler does.
    func refuse(_ error: RPCError) {
        guard !hasEnded, let connection else { return }
        connection.refuse(id, error)
        cancel(error)
    }

    /// The call has ended without an answer: its connection is gone, or it was answered already.
    func cancel(_ error: RPCError) {
        guard !hasEnded else { return }
        endInbound?(.failure(error))
        end(error.code)
        task?.cancel()
    }

    /// The handler never started; its deadline is no longer of interest.
    func discard() {
        hasEnded = true
        connection = nil
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private func deadlinePassed() {
        refuse(RPCError(.deadlineExceeded, "the deadline passed before the call was answered"))
    }

    private func end(_ code: RPCError.Code) {
        hasEnded = true
        if let timer { loop.cancel(timer) }
        timer = nil
        let connection = self.connection
        self.connection = nil
        resumeWriters()
        connection?.callEnded(
            id, context: context, code: code,
            duration: MonotonicInstant.now().duration(since: context.receivedAt))
        endInbound?(.failure(RPCError(.cancelled, "the call has ended")))
        endInbound = nil
        deliver = nil
    }

    // MARK: - Streams

    /// Makes the queue for the client's messages. `first` is the request frame's payload: when it
    /// is not empty, it is the first message.
    func openInbound<Message: WireMessage>(
        of type: Message.Type, first: UnsafeRawBufferPointer
    ) throws(RPCError) -> RequestStream<Message> {
        guard let connection else { throw RPCError(.cancelled, "the call has ended") }
        let queue = MessageQueue<Message>(
            messagesMax: connection.limits.unreadMessagesMax, unreadBytes: connection.unreadBytes)
        let deliver = { (bytes: UnsafeRawBufferPointer) throws(RPCError) in
            queue.offer(try Message(wire: bytes), byteCount: bytes.count)
        }
        self.deliver = deliver
        endInbound = { queue.finish($0) }
        // Its siblings may have filled the connection's share; without its first message the stream
        // would look whole and not be it.
        if !first.isEmpty, try !deliver(first) {
            throw RPCError(.resourceExhausted, "too many messages of the connection wait already")
        }
        return RequestStream(queue: queue, loop: loop)
    }

    /// A data frame's message.
    func receive(_ bytes: UnsafeRawBufferPointer) {
        guard let deliver else { return }
        do {
            guard try deliver(bytes) else {
                refuse(
                    RPCError(
                        .resourceExhausted,
                        "the handler is slower than the client sends; the stream ends"))
                return
            }
        } catch {
            refuse(error)
        }
    }

    /// The client will send no more.
    func receiveEnd() {
        endInbound?(.success(()))
    }

    /// Sends a message of a stream, once the peer keeps up.
    ///
    /// The wait comes before the message and is asked about again after it: when a peer catches up,
    /// every writer of its connection wakes, and only those that still find room may add to it.
    func send<Response: WireMessage>(_ message: Response) async throws(RPCError) {
        while true {
            let outcome: Result<Bool, RPCError>
            if loop.isCurrent {
                outcome = write(message)
            } else {
                outcome = await withCheckedContinuation { continuation in
                    loop.execute { [self] in continuation.resume(returning: write(message)) }
                }
            }
            guard try !outcome.get() else { return await giveWay() }
            await untilWritable()
            guard !Task.isCancelled else { throw RPCError(.cancelled, "the call has ended") }
        }
    }

    /// Lets others have their turn, once in a while.
    private func giveWay() async {
        // Elsewhere each message has waited for the loop already.
        guard loop.isCurrent else { return }
        sentInTurn += 1
        guard sentInTurn >= Self.messagesPerTurnMax else { return }
        sentInTurn = 0
        await loop.nextTurn()
    }

    /// Returns once the peer has caught up with what is unsent, or the call has ended.
    func untilWritable() async {
        if loop.isCurrent, !mustWait { return }
        await withCheckedContinuation { continuation in
            onLoop { call in
                if call.mustWait {
                    call.writers.append(continuation)
                } else {
                    continuation.resume()
                }
            }
        }
    }

    private var mustWait: Bool { !hasEnded && connection?.isCongested == true }

    /// Writes a message; false when it has to wait for the peer.
    private func write<Response: WireMessage>(_ message: Response) -> Result<Bool, RPCError> {
        guard !hasEnded, let connection else {
            return .failure(RPCError(.cancelled, "the call has ended"))
        }
        guard !connection.isCongested else { return .success(false) }
        do {
            try connection.sendData(id, message)
            return .success(true)
        } catch {
            return .failure(error)
        }
    }

    /// The peer has caught up, or the call has ended.
    func resumeWriters() {
        let waiting = writers
        writers = []
        for writer in waiting { writer.resume() }
    }
}
