internal import Reactor

/// One try of a unary call.
///
/// `@unchecked Sendable`: see `ClientCall`.
final class UnaryCall<Request: WireMessage, Response: WireMessage>: ClientCall, @unchecked Sendable
{
    typealias Outcome = Result<Response, CallFailure>

    private let request: Request
    /// Unsafe, because a checked one is an allocation more in every call; it is resumed where the
    /// call ends, which `end` lets happen once.
    private var continuation: UnsafeContinuation<Outcome, Never>?

    init(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions,
        deadline: MonotonicInstant?, lane: ClientLane
    ) {
        self.request = request
        super.init(method, options: options, deadline: deadline, lane: lane)
    }

    /// Begins the call and resumes `continuation` with its outcome; on the loop.
    func begin(_ continuation: UnsafeContinuation<Outcome, Never>) {
        guard !hasEnded else {
            continuation.resume(
                returning: .failure(
                    CallFailure(
                        RPCError(.cancelled, "the caller cancelled the call"), .notBegun)))
            return
        }
        self.continuation = continuation
        begin()
    }

    override func writeRequest(to connection: ClientConnection, id: UInt32) throws(RPCError) {
        try connection.writeRequest(id, head, request, flags: [])
    }

    override func receiveAnswer(_ payload: UnsafeRawBufferPointer) {
        do {
            let response = try Response(wire: payload)
            guard end() else { return }
            finish(.success(response))
        } catch {
            fail(RPCError(.internal, "the answer cannot be read: \(error.message)"), .sent)
        }
    }

    override func didFail(_ failure: CallFailure) {
        finish(.failure(failure))
    }

    private func finish(_ outcome: Outcome) {
        let continuation = self.continuation
        self.continuation = nil
        continuation?.resume(returning: outcome)
    }
}
