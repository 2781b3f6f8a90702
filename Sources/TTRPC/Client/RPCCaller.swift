/// Something that makes calls: what the generated stubs stand on. `TTRPCClient` is one; a test or
/// a wrapper that adds to every call may be another.
public protocol RPCCaller: Sendable {
    /// Sends one message and waits for the one that answers it.
    ///
    /// - Throws: `RPCError` with the status that the server gave, or `UNAVAILABLE` when it could
    ///   not be reached, `DEADLINE_EXCEEDED` after `options.timeout`, `CANCELLED` when the task is
    ///   cancelled, `INTERNAL` for an answer that cannot be read.
    func unary<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws(RPCError) -> Response

    /// Sends one message and gives the stream of answers, as soon as the request is on its way.
    ///
    /// - Throws: `RPCError` when the request could not be sent; what happens later is thrown by the
    ///   stream.
    func serverStreaming<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws(RPCError) -> ResponseStream<Response>

    /// Opens a call in which the client sends a stream and the server answers once.
    ///
    /// - Throws: `RPCError` when the call could not be opened.
    func clientStreaming<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions
    ) async throws(RPCError) -> ClientStreamingCall<Request, Response>

    /// Opens a call in which both sides stream.
    ///
    /// - Throws: `RPCError` when the call could not be opened.
    func bidirectional<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions
    ) async throws(RPCError) -> BidirectionalCall<Request, Response>
}
