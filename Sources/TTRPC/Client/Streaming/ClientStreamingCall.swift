/// A call in which the client sends a stream and the server answers once. When nobody holds it any
/// more, the call is given up.
public struct ClientStreamingCall<Request: WireMessage, Response: WireMessage>: Sendable {
    private let requests: RequestWriter<Request>
    private let answers: ResponseStream<Response>

    init(requests: RequestWriter<Request>, answers: ResponseStream<Response>) {
        self.requests = requests
        self.answers = answers
    }

    /// Sends one message; see `RequestWriter.write`.
    public func write(_ message: Request) async throws(RPCError) {
        try await requests.write(message)
    }

    /// Says that no more messages come, and waits for the answer; called once.
    ///
    /// - Throws: `RPCError` with the status of the call.
    public func finish() async throws(RPCError) -> Response {
        requests.finish()
        var iterator = answers.makeAsyncIterator()
        guard let answer = try await iterator.next() else {
            throw RPCError(.internal, "the call ended without an answer")
        }
        return answer
    }
}
