internal import Reactor

extension TTRPCClient {
    public func unary<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws(RPCError) -> Response {
        let options = try prepared(options, service: method.service, method: method.method)
        let deadline = options.timeout.map { MonotonicInstant.now().advanced(by: $0) }
        var attempts: CallAttempts?
        while true {
            let failure: CallFailure
            switch await attempt(method, request, options, deadline) {
            case .success(let response):
                succeeded()
                return response
            case .failure(let reason): failure = reason
            }
            var tried =
                attempts
                ?? CallAttempts(
                    configuration.retry, isIdempotent: method.isIdempotent, deadline: deadline)
            guard case .retry(let delay) = verdict(&tried, failure) else { throw failure.error }
            attempts = tried
            do {
                try await Task.sleep(for: delay)
            } catch {
                throw RPCError(.cancelled, "the caller cancelled the call")
            }
        }
    }

    /// One try. A caller on the connection's loop gets its answer without leaving the thread.
    private func attempt<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, _ options: CallOptions,
        _ deadline: MonotonicInstant?
    ) async -> UnaryCall<Request, Response>.Outcome {
        let lane = nextLane()
        let call = UnaryCall(method, request, options: options, deadline: deadline, lane: lane)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if lane.loop.isCurrent {
                    call.begin(continuation)
                } else {
                    lane.loop.execute { call.begin(continuation) }
                }
            }
        } onCancel: {
            call.cancelFromAnywhere()
        }
    }

    public func serverStreaming<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws(RPCError) -> ResponseStream<Response> {
        let opened = try await open(method, request, options)
        return ResponseStream(queue: opened.queue, lifetime: StreamLifetime(opened.call))
    }

    public func clientStreaming<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions
    ) async throws(RPCError) -> ClientStreamingCall<Request, Response> {
        let opened = try await open(method, nil, options)
        let lifetime = StreamLifetime(opened.call)
        return ClientStreamingCall(
            requests: RequestWriter(opened.call, lifetime: lifetime),
            answers: ResponseStream(queue: opened.queue, lifetime: lifetime))
    }

    public func bidirectional<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions
    ) async throws(RPCError) -> BidirectionalCall<Request, Response> {
        let opened = try await open(method, nil, options)
        let lifetime = StreamLifetime(opened.call)
        return BidirectionalCall(
            requests: RequestWriter(opened.call, lifetime: lifetime),
            responses: ResponseStream(queue: opened.queue, lifetime: lifetime))
    }

    /// Opens a streaming call. It is tried once: a stream that was read from cannot be begun anew
    /// behind the reader's back, and one that was not is the caller's to open again.
    private func open<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request?, _ options: CallOptions
    ) async throws(RPCError) -> (
        call: StreamCall<Request, Response>, queue: MessageQueue<Response>
    ) {
        let options = try prepared(options, service: method.service, method: method.method)
        let deadline = options.timeout.map { MonotonicInstant.now().advanced(by: $0) }
        let lane = nextLane()
        let call = StreamCall(
            method, request, options: options, deadline: deadline, limits: configuration.limits,
            lane: lane)
        let opened: StreamCall<Request, Response>.Opened = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if lane.loop.isCurrent {
                    call.begin(continuation)
                } else {
                    lane.loop.execute { call.begin(continuation) }
                }
            }
        } onCancel: {
            call.cancelFromAnywhere()
        }
        return (call, try opened.get())
    }
}
