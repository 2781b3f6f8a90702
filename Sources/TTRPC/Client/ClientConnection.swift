internal import Reactor

/// One connection of a client: calls out, answers in. Everything on its loop.
final class ClientConnection: ChannelOwner {
    private let channel: Channel
    private let limits: ClientLimits
    /// Nil once the connection is closed, which ends the cycle.
    private var lane: ClientLane?
    private var streams: ClientStreams<ClientCall>
    /// What the queues of all its streams hold that nobody has read yet.
    let unreadBytes: UnreadBytes
    /// Whether an answer has come over it.
    private(set) var isProved = false
    /// Whether it takes no new calls and closes after its last one.
    private var isRetired = false

    /// - Parameter firstID: The id of the first stream.
    init(channel: Channel, limits: ClientLimits, lane: ClientLane, firstID: UInt32 = 1) {
        self.channel = channel
        self.limits = limits
        self.lane = lane
        streams = ClientStreams(firstID: firstID)
        unreadBytes = UnreadBytes(max: limits.unreadBytesMax)
    }

    func start() {
        channel.start(owner: self)
    }

    var hasCalls: Bool { !streams.isEmpty }
    var isCongested: Bool { channel.isCongested }

    /// Whether one more call may be sent now.
    var hasRoom: Bool { streams.count < limits.callsPerConnectionMax && !channel.isCongested }

    /// Whether the ids are used up.
    var isExhausted: Bool { streams.nextID == nil }

    func isUnsent(before position: UInt64) -> Bool { channel.isUnsent(before: position) }

    // MARK: - The channel's events

    func channelDidOpen() {
        lane?.didOpen(self)
    }

    func channelDidReceive(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) -> Bool {
        if !isProved {
            isProved = true
            lane?.didProve(self)
        }
        switch header.type {
        case .response: perform(streams.receiveResponse(header.stream), header, data)
        case .data: perform(streams.receiveData(header.stream, flags: header.flags), header, data)
        default: perform(streams.receiveUnknown(header), header, data)
        }
        return false
    }

    func channelDidReceiveOversized(_ header: FrameHeader) {
        let action = streams.receiveOversized(header, dataBytesMax: limits.channel.frameBytesMax)
        perform(action, header, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    func channelCanWrite() {
        for call in streams.calls { call.canWrite() }
        lane?.roomFreed(on: self)
    }

    func channelDidClose(_ reason: ChannelCloseReason) {
        let lane = self.lane
        self.lane = nil
        // The lane first: a call that fails here may be tried again at once, and must not find
        // this connection.
        lane?.didClose(self, reason.description)
        for call in streams.removeAll() { call.connectionLost(reason.description) }
    }

    private func perform(
        _ action: ClientStreams<ClientCall>.Action, _ header: FrameHeader,
        _ data: UnsafeRawBufferPointer
    ) {
        switch action {
        case .ignore: return
        case .answer(let call): call.receiveResponse(data)
        case .deliver(let call, let hasMessage, let isEnd):
            if hasMessage { call.receiveMessage(data) }
            guard isEnd else { return }
            call.receiveEnd()
        case .fail(let call, let error, let tellServer):
            if tellServer { writeEnd(header.stream, .givesUp) }
            call.fail(error, .sent)
        }
        streamEnded()
    }

    // MARK: - Calls

    /// Sends `call`, for which there is room.
    func send(_ call: ClientCall) {
        guard let id = streams.nextID else {
            call.fail(RPCError(.unavailable, "the connection has no stream ids left"), .notBegun)
            return
        }
        let mark = channel.mark
        do {
            try call.writeRequest(to: self, id: id)
        } catch {
            channel.unwrite(to: mark)
            call.fail(error, .notBegun)
            return
        }
        streams.register(id, call, kind: call.kind)
        call.sent(on: self, id: id, end: channel.writtenPosition)
        if isExhausted { lane?.retire(self) }
    }

    /// Writes a request frame; on failure the caller takes back what was written.
    func writeRequest<Request: WireMessage>(
        _ id: UInt32, _ head: RequestHead, _ request: Request, flags: FrameFlags
    ) throws(RPCError) {
        var length = 0
        try request.encode { size in
            length = head.byteCount + RequestHead.payloadPrefixByteCount(size) + size
            let header = FrameHeader(
                length: UInt32(clamping: length), stream: id, type: .request, flags: flags)
            return RequestHead.writePayloadPrefix(size, at: head.write(at: channel.reserve(header)))
        }
        try checkSize(length)
    }

    /// Writes a request frame without a payload, which opens a client's stream.
    func writeRequest(_ id: UInt32, _ head: RequestHead, flags: FrameFlags) throws(RPCError) {
        try checkSize(head.byteCount)
        let header = FrameHeader(
            length: UInt32(clamping: head.byteCount), stream: id, type: .request, flags: flags)
        _ = head.write(at: channel.reserve(header))
    }

    /// Sends one message of a client's stream.
    func sendData<Request: WireMessage>(_ id: UInt32, _ message: Request) throws(RPCError) {
        let mark = channel.mark
        do {
            var length = 0
            try message.encode { size in
                length = size
                return channel.reserve(
                    FrameHeader(length: UInt32(clamping: size), stream: id, type: .data))
            }
            try checkSize(length)
        } catch {
            channel.unwrite(to: mark)
            throw error
        }
    }

    private func checkSize(_ byteCount: Int) throws(RPCError) {
        guard byteCount > limits.channel.frameBytesMax else { return }
        throw RPCError(
            .resourceExhausted,
            "the request has \(byteCount) bytes; a frame may carry \(limits.channel.frameBytesMax)")
    }

    func isLocalOpen(_ id: UInt32) -> Bool { streams.isLocalOpen(id) }

    /// Ends this side of a stream.
    func halfClose(_ id: UInt32) {
        if streams.closeLocal(id) { writeEnd(id, [.remoteClosed, .noData]) }
    }

    /// Gives a stream up. ttrpc has no frame that cancels: its other servers read the end of this
    /// side here, or nothing at all, and this package's own stops the handler.
    func abandon(_ id: UInt32, tellServer: Bool) {
        guard streams.forget(id) else { return }
        if tellServer { writeEnd(id, .givesUp) }
        streamEnded()
    }

    private func writeEnd(_ id: UInt32, _ flags: FrameFlags) {
        guard channel.isOpen else { return }
        channel.write(FrameHeader(length: 0, stream: id, type: .data, flags: flags), [])
    }

    private func streamEnded() {
        if isRetired, streams.isEmpty {
            close()
        } else {
            lane?.roomFreed(on: self)
        }
    }

    // MARK: - The end

    /// Takes no new calls, and closes once those in flight have ended.
    func retire() {
        isRetired = true
        if streams.isEmpty { close() }
    }

    private func close() {
        let lane = self.lane
        self.lane = nil
        channel.closeAfterFlush()
        lane?.didClose(self, ChannelCloseReason.local.description)
    }

    /// Ends every call with `error` and closes at once.
    func close(ending error: RPCError) {
        lane = nil
        for call in streams.removeAll() { call.fail(error, .sent) }
        channel.close()
    }
}
