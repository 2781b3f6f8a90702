internal import Reactor

/// One accepted connection: frames in, calls dispatched, answers out. Everything on its loop.
final class ServerConnection: ChannelOwner {
    let loop: EventLoop
    let limits: ServerLimits
    private let core: ServerCore
    private let channel: Channel
    /// The listener's, whose files may be read anew while the connection is open.
    private let tls: ListenerTLS?
    private let peer: Peer
    private let onClose: (ServerConnection) -> Void
    private var info: ServerConnectionInfo?
    private var streams: ServerStreams<ServerCall>
    private var isDraining = false
    /// Whether the connection closes with its last call; see `ServerLimits.drainIdleTime`.
    private var closesWhenIdle = false
    /// What the queues of all its streams hold that no handler has read yet.
    let unreadBytes: UnreadBytes
    let handlers: RunningHandlers
    let lines: CallLines

    init(
        core: ServerCore, channel: Channel, tls: ListenerTLS?, peer: Peer,
        onClose: @escaping (ServerConnection) -> Void
    ) {
        self.core = core
        self.channel = channel
        self.tls = tls
        self.peer = peer
        self.onClose = onClose
        loop = channel.loop
        limits = core.limits
        unreadBytes = UnreadBytes(max: core.limits.unreadBytesMax)
        handlers = RunningHandlers(limits: core.limits, all: core.handlers)
        lines = CallLines(loop: channel.loop, limits: core.limits)
        streams = ServerStreams(callsMax: core.limits.callsPerConnectionMax)
    }

    func start() {
        channel.start(owner: self)
    }

    var hasCalls: Bool { !streams.isEmpty }
    var isCongested: Bool { channel.isCongested }

    // MARK: - The channel's events

    func channelDidOpen() {
        // Lists may have been read between its beginning and the end of its handshake.
        closeIfRevoked()
        guard channel.isOpen else { return }
        var peer = self.peer
        peer.certificate = channel.peerCertificate
        var attachment: (any AnyObject & Sendable)?
        do {
            attachment = try core.interceptor?.connectionOpened(peer)
        } catch {
            core.log(.connectionRefused(peer: peer.address, error: error))
            close()
            return
        }
        info = ServerConnectionInfo(peer: peer, attachment: attachment)
    }

    func channelDidReceive(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) -> Bool {
        let count = handlers.count
        switch header.type {
        case .request: receiveRequest(header, data)
        case .data: receiveData(header, data)
        default:
            failStream(
                header.stream,
                RPCError(.invalidArgument, "frame type \(header.type.rawValue): unknown"))
        }
        return handlers.count > count
    }

    func channelDidReceiveOversized(_ header: FrameHeader) {
        let error = RPCError(
            .resourceExhausted,
            "a frame may carry \(limits.channel.frameBytesMax) bytes, not \(header.length)")
        if header.type == .request, streams.isUnused(header.stream) {
            _ = streams.receiveRequest(header.stream)
            refuse(header.stream, error)
        } else {
            failStream(header.stream, error)
        }
    }

    func channelCanWrite() {
        // In the next turn, behind what the peer has sent meanwhile: who fills the buffer again at
        // once would have reading paused before it began.
        let bound = LoopBound(self, loop: loop)
        loop.execute { for call in bound.value.streams.calls { call.resumeWriters() } }
    }

    func channelDidClose(_ reason: ChannelCloseReason) {
        core.log(.connectionClosed(peer: peer, reason: reason))
        endCalls(RPCError(.cancelled, "the connection closed"))
        onClose(self)
    }

    // MARK: - Frames

    private func receiveRequest(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        switch streams.receiveRequest(header.stream) {
        case .refuse(let error): refuse(header.stream, error)
        case .dispatch:
            do {
                let envelope = try RequestEnvelope(reading: data, limits: limits.envelope)
                try dispatch(header, envelope)
            } catch {
                refuse(header.stream, error)
            }
        }
    }

    private func receiveData(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        switch streams.receiveData(header.stream, flags: header.flags) {
        case .ignore: break
        case .fail(let call, let error): call.refuse(error)
        case .giveUp(let call): call.refuse(RPCError(.cancelled, "the caller gave up"))
        case .deliver(let call, let hasMessage, let isEnd):
            if hasMessage { call.receive(data) }
            if isEnd { call.receiveEnd() }
        }
    }

    /// Ends a stream that the client broke; a stream that is not there ends the connection.
    private func failStream(_ id: UInt32, _ error: RPCError) {
        if let call = streams.call(id) {
            call.refuse(error)
        } else {
            let reason = ChannelCloseReason.protocolViolation(error.message)
            core.log(.connectionClosed(peer: peer, reason: reason))
            close()
        }
    }

    private func dispatch(
        _ header: FrameHeader, _ envelope: borrowing RequestEnvelope
    ) throws(RPCError) {
        guard let info else { throw RPCError(.internal, "the connection is not open") }
        guard let route = core.routes.route(envelope.service, envelope.method) else {
            throw Self.unimplemented(envelope)
        }
        guard !isDraining else { throw core.drainingError }
        let now = loop.now
        var context = ServerContext(
            route: route, metadata: envelope.metadata,
            deadline: try deadline(of: envelope, route, now: now), receivedAt: now,
            connection: info, attachment: nil, scope: nil)
        do {
            try core.interceptor?.admit(&context)
            if let fast = route.fast,
                try answer(header.stream, envelope.payload, context, fast)
            {
                ended(context, .ok)
                return
            }
            try start(route.method, header, envelope, context)
        } catch {
            ended(context, error.code)
            throw error
        }
    }

    private func start(
        _ method: ServerMethod, _ header: FrameHeader, _ envelope: borrowing RequestEnvelope,
        _ context: ServerContext
    ) throws(RPCError) {
        try handlers.checkRoom()
        let call = ServerCall(
            id: header.stream, context: context, connection: self,
            endsOnDrain: method.endsOnDrain,
            party: core.interceptor?.party(of: context) ?? .request)
        let isRemoteOpen = method.kind.clientStreams && !header.flags.contains(.remoteClosed)
        streams.register(header.stream, call, isRemoteOpen: isRemoteOpen)
        do {
            try method.start(envelope.payload, context, call)
        } catch {
            // Not `refuse`: the caller of this method answers.
            _ = streams.end(header.stream)
            call.discard()
            throw error
        }
        if method.kind.clientStreams, !isRemoteOpen { call.receiveEnd() }
    }

    /// Answers on the fast path; false when the method cannot, and then nothing was written.
    private func answer(
        _ id: UInt32, _ payload: UnsafeRawBufferPointer, _ context: borrowing ServerContext,
        _ fast: FastAnswer
    ) throws(RPCError) -> Bool {
        let mark = channel.mark
        var byteCount = 0
        do {
            let isAnswered = try fast(payload, context) { size in
                byteCount = size
                return reserveResponse(id, payloadByteCount: size)
            }
            guard isAnswered else { return false }
        } catch {
            // An encoder may fail after it has reserved; what it left is no frame.
            channel.unwrite(to: mark)
            throw error
        }
        try checkSize(byteCount, mark: mark)
        return true
    }

    private func deadline(
        of envelope: borrowing RequestEnvelope, _ route: Route, now: MonotonicInstant
    ) throws(RPCError) -> MonotonicInstant? {
        let timeout = envelope.timeoutNanoseconds
        guard timeout >= 0 else {
            throw RPCError(.deadlineExceeded, "the deadline had passed before the call came")
        }
        let asked = timeout == 0 ? nil : now.advanced(byNanoseconds: UInt64(timeout))
        guard let timeMax = route.nanosecondsMax else { return asked }
        let latest = now.advanced(byNanoseconds: timeMax)
        guard let asked, asked < latest else { return latest }
        return asked
    }

    private static func unimplemented(_ envelope: borrowing RequestEnvelope) -> RPCError {
        let service = String(validating: envelope.service) ?? "(not UTF-8)"
        let method = String(validating: envelope.method) ?? "(not UTF-8)"
        return RPCError(
            .unimplemented, "unknown method \(service.prefix(200))/\(method.prefix(200))")
    }

    // MARK: - Answers

    /// Sends the answer of a unary or client-streaming call. Gives the code the call ended with.
    func respond<Response: WireMessage>(_ id: UInt32, _ response: Response) -> RPCError.Code {
        let mark = channel.mark
        var byteCount = 0
        do {
            try response.encode { size in
                byteCount = size
                return reserveResponse(id, payloadByteCount: size)
            }
            try checkSize(byteCount, mark: mark)
            return .ok
        } catch {
            channel.unwrite(to: mark)
            refuse(id, error)
            return error.code
        }
    }

    private func reserveResponse(_ id: UInt32, payloadByteCount: Int) -> UnsafeMutableRawPointer {
        let prefix = ResponseEnvelope.payloadPrefixByteCount(payloadByteCount)
        let header = FrameHeader(
            length: UInt32(clamping: prefix + payloadByteCount), stream: id, type: .response)
        return ResponseEnvelope.writePayloadPrefix(payloadByteCount, at: channel.reserve(header))
    }

    /// A frame over the limit is taken back before a byte of it is sent.
    private func checkSize(_ byteCount: Int, mark: Int) throws(RPCError) {
        guard byteCount + 6 > limits.channel.frameBytesMax else { return }
        channel.unwrite(to: mark)
        throw RPCError(
            .resourceExhausted,
            "the answer has \(byteCount) bytes; a frame may carry \(limits.channel.frameBytesMax)")
    }

    /// Sends one message of a server's stream.
    func sendData<Response: WireMessage>(_ id: UInt32, _ message: Response) throws(RPCError) {
        let mark = channel.mark
        var byteCount = 0
        do {
            try message.encode { size in
                byteCount = size
                return channel.reserve(
                    FrameHeader(length: UInt32(clamping: size), stream: id, type: .data))
            }
            try checkSize(byteCount, mark: mark)
        } catch {
            channel.unwrite(to: mark)
            throw error
        }
    }

    /// Ends a server's stream that went well.
    func endStream(_ id: UInt32) {
        channel.write(
            FrameHeader(length: 0, stream: id, type: .data, flags: [.remoteClosed, .noData]), [])
    }

    /// Answers with a failure.
    func refuse(_ id: UInt32, _ error: RPCError) {
        guard !channel.isClosed else { return }
        let data = ResponseEnvelope.failure(error, dataBytesMax: limits.channel.frameBytesMax)
        channel.write(
            FrameHeader(length: UInt32(data.count), stream: id, type: .response), data)
    }

    // MARK: - Ends

    func rpcError(for error: any Error, in context: ServerContext) -> RPCError {
        if let error = error as? RPCError { return error }
        if error is CancellationError { return RPCError(.cancelled, "the call was cancelled") }
        return core.rpcError(for: error, in: context)
    }

    func callEnded(_ id: UInt32, context: ServerContext, code: RPCError.Code, duration: Duration) {
        _ = streams.end(id)
        core.interceptor?.callEnded(context, code: code, duration: duration)
        if closesWhenIdle, streams.isEmpty { closeGracefully() }
    }

    private func ended(_ context: borrowing ServerContext, _ code: RPCError.Code) {
        guard let interceptor = core.interceptor else { return }
        interceptor.callEnded(
            context, code: code,
            duration: MonotonicInstant.now().duration(since: context.receivedAt))
    }

    /// Refuses new calls from here on, and ends those that would never end.
    func drain() {
        isDraining = true
        for call in streams.calls where call.endsOnDrain { call.refuse(core.endedError) }
    }

    /// Closes a draining connection once what is in flight has been answered.
    func closeWhenIdle() {
        isDraining = true
        closesWhenIdle = true
        if streams.isEmpty { closeGracefully() }
    }

    private func closeGracefully() {
        channel.closeAfterFlush()
        if channel.isClosed { onClose(self) }
    }

    /// Ends everything that is in flight and closes.
    func close(ending error: RPCError? = nil) {
        if let error {
            for call in streams.calls { call.refuse(error) }
            closeGracefully()
            return
        }
        channel.close()
        endCalls(RPCError(.cancelled, "the connection closed"))
        onClose(self)
    }

    /// Closes the connection when the newest lists revoke its certificate.
    func closeIfRevoked() {
        guard let tls, channel.isOpen, channel.isPeerRevoked(by: tls.context) else { return }
        core.log(.connectionClosed(peer: peer, reason: .certificateRevoked))
        close()
    }

    private func endCalls(_ error: RPCError) {
        for call in streams.calls { call.cancel(error) }
    }
}
