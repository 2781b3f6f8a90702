internal import Reactor

extension TTRPCClient {
    public func unary<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws(RPCError) -> Response {
        var options = try prepared(options, service: method.service, method: method.method)
        guard let observer = observer(&options, service: method.service, method: method.method)
        else { return try await answer(method, request, options) }
        do throws(RPCError) {
            let response = try await answer(method, request, options)
            observer(nil)
            return response
        } catch {
            observer(error)
            throw error
        }
    }

    /// Tries until there is an answer or no reason to try again.
    private func answer<Request: WireMessage, Response: WireMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, _ options: CallOptions
    ) async throws(RPCError) -> Response {
        let deadline = CallDeadline.ofCall(timeout: options.timeout)
        var attempts: CallAttempts?
        while true {
            let outcome: UnaryCall<Request, Response>.Outcome
            if let hedging = configuration.hedging, method.isIdempotent {
                outcome = await hedged(hedging, method, request, options, deadline)
            } else {
                outcome = await attempt(method, request, options, deadline)
            }
            let failure: CallFailure
            switch outcome {
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
    func attempt<Request, Response>(
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
        var options = try prepared(options, service: method.service, method: method.method)
        let observer = observer(&options, service: method.service, method: method.method)
        let lane = nextLane()
        let call = StreamCall(
            method, request, options: options,
            deadline: CallDeadline.ofCall(timeout: options.timeout), limits: configuration.limits,
            observer: observer, lane: lane)
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
