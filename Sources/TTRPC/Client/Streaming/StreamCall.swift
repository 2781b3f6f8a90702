internal import Reactor

/// A call in which at least one side streams.
final class StreamCall<Request: WireMessage, Response: WireMessage>:
    // Unchecked for the reason that `ClientCall` gives.
    ClientCall, @unchecked Sendable
{
    typealias Opened = Result<MessageQueue<Response>, RPCError>

    /// The one message of a client that does not stream.
    private let request: Request?
    private let unreadMessagesMax: Int
    /// Told how the call ended, once.
    private let observer: (@Sendable (RPCError?) -> Void)?
    /// Whoever waits for the call to be on its way.
    private var opener: UnsafeContinuation<Opened, Never>?
    private var queue: MessageQueue<Response>?
    /// Writers that wait for the peer to take bytes.
    private var writers: [CheckedContinuation<Void, Never>] = []
    private var failure: RPCError?

    init(
        _ method: MethodDescriptor<Request, Response>, _ request: Request?, options: CallOptions,
        deadline: MonotonicInstant?, limits: ClientLimits,
        observer: (@Sendable (RPCError?) -> Void)?, lane: ClientLane
    ) {
        self.request = request
        self.observer = observer
        unreadMessagesMax = limits.unreadMessagesMax
        super.init(method, options: options, deadline: deadline, lane: lane)
    }

    /// Begins the call and resumes `opener` once its request is written; on the loop.
    func begin(_ opener: UnsafeContinuation<Opened, Never>) {
        guard !hasEnded else {
            opener.resume(
                returning: .failure(RPCError(.cancelled, "the caller cancelled the call")))
            return
        }
        self.opener = opener
        begin()
    }

    // MARK: - The connection's events

    override func writeRequest(to connection: ClientConnection, id: UInt32) throws(RPCError) {
        if let request {
            try connection.writeRequest(id, head, request, flags: [.remoteClosed])
        } else {
            try connection.writeRequest(id, head, flags: [.remoteOpen])
        }
    }

    override func didSend() {
        guard let stream else { return }
        let queue = MessageQueue<Response>(
            messagesMax: unreadMessagesMax, unreadBytes: stream.connection.unreadBytes)
        self.queue = queue
        opener?.resume(returning: .success(queue))
        opener = nil
    }

    override func receiveAnswer(_ payload: UnsafeRawBufferPointer) {
        // A stream of answers may be ended by a response frame too; without a payload there is no
        // message in it. Where one answer is due, no payload is an empty message.
        if !kind.serverStreams || !payload.isEmpty { receiveMessage(payload) }
        receiveEnd()
    }

    override func receiveMessage(_ bytes: UnsafeRawBufferPointer) {
        guard !hasEnded, let queue else { return }
        let message: Response
        do {
            message = try Response(wire: bytes)
        } catch {
            giveUp(RPCError(.internal, "an answer cannot be read: \(error.message)"))
            return
        }
        guard !queue.offer(message, byteCount: bytes.count) else { return }
        giveUp(
            RPCError(
                .resourceExhausted, "the reader is slower than the server sends; the stream ends"))
    }

    override func receiveEnd() {
        guard end() else { return }
        observer?(nil)
        queue?.finish(.success(()))
        canWrite()
    }

    override func didFail(_ failure: CallFailure) {
        self.failure = failure.error
        observer?(failure.error)
        opener?.resume(returning: .failure(failure.error))
        opener = nil
        queue?.finish(.failure(failure.error))
        canWrite()
    }

    override func canWrite() {
        let waiting = writers
        writers = []
        for writer in waiting { writer.resume() }
    }

    // MARK: - The caller's side

    /// Sends one message, once the peer keeps up. Cancelling the task that waits here cancels the
    /// call.
    func send(_ message: Request) async throws(RPCError) {
        while true {
            let outcome: Result<Bool, RPCError>
            if lane.loop.isCurrent {
                outcome = write(message)
            } else {
                outcome = await withCheckedContinuation { continuation in
                    lane.loop.execute { [self] in continuation.resume(returning: write(message)) }
                }
            }
            guard try !outcome.get() else { return }
            await withTaskCancellationHandler {
                await untilWritable()
            } onCancel: {
                cancelFromAnywhere()
            }
        }
    }

    /// Writes a message; false when it has to wait for the peer.
    private func write(_ message: Request) -> Result<Bool, RPCError> {
        if let failure { return .failure(failure) }
        guard let stream else {
            return .failure(RPCError(.cancelled, "the server has ended the call"))
        }
        guard stream.connection.isLocalOpen(stream.id) else {
            return .failure(RPCError(.failedPrecondition, "the requests were finished before"))
        }
        guard !stream.connection.isCongested else { return .success(false) }
        do {
            try stream.connection.sendData(stream.id, message)
            return .success(true)
        } catch {
            return .failure(error)
        }
    }

    private func untilWritable() async {
        await withCheckedContinuation { continuation in
            onLoop { call in
                if call.stream?.connection.isCongested == true {
                    call.writers.append(continuation)
                } else {
                    continuation.resume()
                }
            }
        }
    }

    /// Says that no more messages come.
    func halfClose() {
        onLoop { call in
            guard let stream = call.stream else { return }
            stream.connection.halfClose(stream.id)
        }
    }

    private func onLoop(_ body: @escaping @Sendable (StreamCall) -> Void) {
        if lane.loop.isCurrent {
            body(self)
        } else {
            lane.loop.execute { [self] in body(self) }
        }
    }
}
