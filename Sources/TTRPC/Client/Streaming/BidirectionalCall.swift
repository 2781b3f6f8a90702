/// A call in which both sides stream. When nobody holds either side any more, the call is given up.
public struct BidirectionalCall<Request: WireMessage, Response: WireMessage>: Sendable {
    /// The client's side.
    public let requests: RequestWriter<Request>
    /// The server's side.
    public let responses: ResponseStream<Response>
}
