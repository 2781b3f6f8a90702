internal import Glibc
internal import OpenSSL
internal import Reactor

/// What a channel tells the connection on top of it. All on the loop.
protocol ChannelOwner: AnyObject {
    /// Whether calls are in flight: then the channel is not idle.
    var hasCalls: Bool { get }
    /// The channel can carry frames: it is connected, and TLS has shaken hands.
    func channelDidOpen()
    /// A whole frame; `data` is valid for the length of the call. Answers whether a handler began
    /// to work on it.
    func channelDidReceive(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) -> Bool
    /// A frame over the limit, whose data is skipped.
    func channelDidReceiveOversized(_ header: FrameHeader)
    /// Fewer than `unsentBytesLow` bytes wait, after there were more than `unsentBytesHigh`.
    func channelCanWrite()
    /// The end; nothing follows. Not called for a `close` of the owner's own.
    func channelDidClose(_ reason: ChannelCloseReason)
}

/// A socket that carries frames, in plain text or through TLS, on one loop.
///
/// States: connecting → shaking hands (TLS only) → open → closed. A failure goes to closed from
/// every state. Reading and writing block independently: a peer that does not read stops its own
/// reading above `unsentBytesHigh`, and nobody else's.
final class Channel: ReadinessHandler, TurnEndHandler {
    private enum Phase {
        /// Can transition to: shakingHands, open, closed.
        case connecting
        /// Can transition to: open, closed.
        case shakingHands
        /// Can transition to: closed.
        case open
        case closed
    }

    let loop: EventLoop
    private let buffers: ChannelBuffers
    private let limits: ChannelLimits
    /// Whether nothing is read while too much is unsent. A server does so; a client must not: when
    /// both ends of a connection wait for the other one to read, neither ever does.
    private let pausesReading: Bool
    /// Held until the channel closes, which ends the cycle. Not weak: a weak reference would move
    /// the owner's reference count out of line and cost every call some 10 ns.
    private var owner: (any ChannelOwner)?
    private var descriptor: Descriptor?
    private var tls: TLSSession?
    private var registration: Registration?
    private var phase: Phase
    private var decoder: FrameDecoder
    private var outbound: OutboundBuffer?
    private var deadlines: ChannelDeadlines
    private var timer: Reactor.Timer?
    private var isReadingPaused = false
    private var isAboveHighWater = false
    private var isFlushScheduled = false
    private var isClosingAfterFlush = false
    private var pace = ReadPace()
    /// Set while frames are handed out, so that answers given at once are flushed once.
    private var isReceiving = false
    /// How many bytes were handed to the kernel or to TLS, from the start.
    private var sentByteCount: UInt64 = 0
    /// How many unsent bytes are counted in `ChannelBuffers.unsentBytes`.
    private var countedUnsent = 0

    /// - Parameters:
    ///   - descriptor: A non-blocking, connected or connecting stream socket.
    ///   - isConnecting: Whether the connect is still in progress.
    ///   - pausesReading: Whether nothing is read while more than `unsentBytesHigh` is unsent.
    init(
        descriptor: consuming Descriptor, tls: TLSSession?, isConnecting: Bool,
        pausesReading: Bool, limits: ChannelLimits, buffers: ChannelBuffers, loop: EventLoop
    ) {
        self.loop = loop
        self.pausesReading = pausesReading
        self.buffers = buffers
        self.limits = limits
        self.tls = tls
        phase = isConnecting ? .connecting : tls == nil ? .open : .shakingHands
        self.descriptor = consume descriptor
        decoder = FrameDecoder(
            dataBytesMax: limits.frameBytesMax, discardedBytesMax: limits.discardedBytesMax,
            budget: buffers.keptBytes)
        deadlines = ChannelDeadlines(
            limits: limits, now: loop.now, handshake: isConnecting || tls != nil)
    }

    /// Begins: from here on the loop holds the channel until it closes.
    func start(owner: any ChannelOwner) {
        self.owner = owner
        guard let number = descriptor?.number else { return }
        let interest: Readiness = phase == .connecting ? .writable : .readable
        do {
            registration = try loop.register(self, descriptor: number, interest: interest)
        } catch {
            finish(.system(error))
            return
        }
        rearmTimer()
        switch phase {
        case .open: owner.channelDidOpen()
        // The client of the two speaks first, and nothing will become readable before it does.
        case .shakingHands: shakeHands()
        case .connecting, .closed: break
        }
    }

    var isOpen: Bool { phase == .open }
    var isClosed: Bool { phase == .closed }

    /// Whether the peer takes bytes slower than they are made.
    var isCongested: Bool { isAboveHighWater }

    /// What the peer's certificate is, once open.
    var peerCertificate: Certificate? { tls?.peerCertificate }

    /// Whether a list of the context revokes the peer's certificate, or one of its authorities'.
    func isPeerRevoked(by context: TLSContext) -> Bool {
        tls?.isPeerRevoked(by: context) ?? false
    }

    // MARK: - Writing

    /// Room for a frame: the header is written, the place for its data is returned. The frame goes
    /// out with the next flush.
    func reserve(_ header: FrameHeader) -> UnsafeMutableRawPointer {
        let buffer = outboundBuffer()
        let place = buffer.reserve(FrameHeader.byteCount + Int(header.length))
        header.write(to: place)
        // Here and not only when the socket blocks: a handler that writes without ever suspending
        // would fill the memory before the turn's end, when the socket is first asked.
        if buffer.count > limits.unsentBytesHigh { isAboveHighWater = true }
        scheduleFlush()
        return place + FrameHeader.byteCount
    }

    func write(_ header: FrameHeader, _ data: [UInt8]) {
        let place = reserve(header)
        data.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            place.copyMemory(from: base, byteCount: source.count)
        }
    }

    /// A mark to which `unwrite` takes back everything reserved since.
    var mark: Int { outbound?.count ?? 0 }

    func unwrite(to mark: Int) {
        outbound?.truncate(to: mark)
    }

    /// Where the next byte written will stand in all that this channel sends.
    var writtenPosition: UInt64 { sentByteCount + UInt64(outbound?.count ?? 0) }

    /// Whether the byte before `position` never left: the peer cannot have seen it.
    func isUnsent(before position: UInt64) -> Bool { position > sentByteCount }

    private func outboundBuffer() -> OutboundBuffer {
        if let outbound { return outbound }
        let buffer = buffers.takeOutbound()
        outbound = buffer
        return buffer
    }

    private func scheduleFlush() {
        guard !isFlushScheduled, !isReceiving else { return }
        isFlushScheduled = true
        loop.atTurnEnd(self)
    }

    func turnWillEnd() {
        isFlushScheduled = false
        flush()
    }

    private func flush() {
        guard phase == .open, let buffer = outbound else { return }
        while buffer.count > 0 {
            switch send(buffer.unsent) {
            case .bytes(let count):
                buffer.consume(count)
                sentByteCount += UInt64(count)
                deadlines.wrote(count, pending: buffer.count, now: loop.now)
            case .wouldBlock:
                writeIsBlocked(buffer.count)
                return
            case .failed(let reason):
                finish(reason)
                return
            }
        }
        outbound = nil
        buffers.giveBack(buffer)
        _ = countUnsent(0)
        if isClosingAfterFlush {
            finish(.local)
            return
        }
        updateWaterMark(unsent: 0)
    }

    private func writeIsBlocked(_ unsent: Int) {
        guard unsent <= limits.unsentBytesMax else {
            finish(.unsentBytesExceeded)
            return
        }
        guard countUnsent(unsent) else {
            finish(.unsentTotalExceeded)
            return
        }
        if deadlines.writeBlocked(pending: unsent, now: loop.now) { rearmTimer() }
        updateWaterMark(unsent: unsent)
        updateInterest()
    }

    /// Counts what waits for this peer among what waits for all; false when there is no room. Only
    /// what a socket did not take at once is ever counted.
    private func countUnsent(_ unsent: Int) -> Bool {
        guard unsent != countedUnsent, let budget = buffers.unsentBytes else { return true }
        if unsent < countedUnsent {
            budget.giveBack(countedUnsent - unsent)
        } else if !budget.take(unsent - countedUnsent) {
            return false
        }
        countedUnsent = unsent
        return true
    }

    private func updateWaterMark(unsent: Int) {
        if !isAboveHighWater, unsent > limits.unsentBytesHigh {
            isAboveHighWater = true
        } else if isAboveHighWater, unsent < limits.unsentBytesLow {
            isAboveHighWater = false
            owner?.channelCanWrite()
            readPendingLater()
        }
        updateInterest()
    }

    private func updateInterest() {
        guard phase == .open, var registration else { return }
        let interest = Readiness(
            reading: mayRead, writing: outbound.map { $0.count > 0 } ?? false)
        guard registration.interest.rawValue != interest.rawValue else { return }
        loop.setInterest(interest, of: &registration)
        self.registration = registration
    }

    private enum SendResult {
        case bytes(Int)
        case wouldBlock
        case failed(ChannelCloseReason)
    }

    private func send(_ bytes: UnsafeRawBufferPointer) -> SendResult {
        guard let number = descriptor?.number else { return .failed(.local) }
        guard let tls else {
            do {
                switch try Socket.write(number, bytes) {
                case .bytes(let count): return .bytes(count)
                case .wouldBlock, .endOfStream: return .wouldBlock
                }
            } catch {
                return .failed(Self.reason(of: error))
            }
        }
        do {
            switch try tls.write(bytes) {
            case .bytes(let count): return .bytes(count)
            case .wantsRead, .wantsWrite: return .wouldBlock
            case .closed: return .failed(.peerClosed)
            }
        } catch {
            return .failed(.tls("\(error)"))
        }
    }

    // MARK: - Reading

    func descriptorIsReady(_ readiness: Readiness) {
        switch phase {
        case .connecting: finishConnecting()
        case .shakingHands: shakeHands()
        case .open:
            if readiness.wantsWriting { flush() }
            if readiness.wantsReading { read() }
        case .closed: break
        }
    }

    private func finishConnecting() {
        guard let number = descriptor?.number else { return }
        do {
            try Socket.connectResult(number)
        } catch {
            finish(.system(error))
            return
        }
        if tls != nil {
            phase = .shakingHands
            shakeHands()
        } else {
            didOpen()
        }
    }

    private func shakeHands() {
        guard let tls, var registration else { return }
        do {
            switch try tls.handshake() {
            case .done:
                didOpen()
                // What came in the same segment as the end of the handshake is in the session
                // already; the socket will not become readable for it.
                if phase == .open { read() }
                return
            case .wantsRead: loop.setInterest(.readable, of: &registration)
            case .wantsWrite: loop.setInterest(.writable, of: &registration)
            }
            self.registration = registration
        } catch {
            finish(.handshakeFailed(error))
        }
    }

    private func didOpen() {
        phase = .open
        deadlines.handshakeDone(now: loop.now)
        updateInterest()
        rearmTimer()
        owner?.channelDidOpen()
    }

    private var mayRead: Bool {
        !isReadingPaused && !(pausesReading && isAboveHighWater)
    }

    private func read() {
        guard phase == .open, !isReadingPaused else { return }
        isReceiving = true
        var mayHoldMore = true
        pace.begin(isShared: loop.readyCount > 1)
        while phase == .open, mayHoldMore, mayRead, pace.mayRead {
            pace.willRead()
            mayHoldMore = readOnce()
        }
        isReceiving = false
        if outbound != nil { scheduleFlush() }
        readPendingLater()
    }

    /// Reads on when the TLS session holds bytes that the socket will not announce again.
    private func readPendingLater() {
        guard phase == .open, mayRead, !isReceiving, tls?.hasPending == true else { return }
        loop.execute { [bound = LoopBound(self, loop: loop)] in bound.value.read() }
    }

    /// Reads once; true when the TLS session may hold more.
    private func readOnce() -> Bool {
        guard let number = descriptor?.number else { return false }
        let place = UnsafeMutableRawBufferPointer(rebasing: buffers.read[..<pace.bytes])
        do {
            guard let tls else {
                switch try Socket.read(number, into: place) {
                case .bytes(let count): receive(count)
                case .endOfStream: finish(.peerClosed)
                case .wouldBlock: break
                }
                return false
            }
            switch try tls.read(into: place) {
            case .bytes(let count):
                receive(count)
                // A read for nothing costs a system call; what follows announces itself.
                return tls.hasPending
            case .closed: finish(.peerClosed)
            case .wantsRead, .wantsWrite: checkFrameTime(completedFrame: false)
            }
        } catch let error as SystemError {
            finish(Self.reason(of: error))
        } catch {
            finish(.tls("\(error)"))
        }
        return false
    }

    private static func reason(of error: SystemError) -> ChannelCloseReason {
        error.number == ECONNRESET || error.number == EPIPE ? .peerClosed : .system(error)
    }

    private func receive(_ count: Int) {
        // All connections of the loop read into the same memory: of one's credentials nothing stays
        // there.
        defer { buffers.clear(count) }
        loop.lookAtClock()
        var input = UnsafeRawBufferPointer(rebasing: buffers.read[..<count])
        loop: while phase == .open {
            switch decoder.next(&input) {
            case .needsMoreBytes: break loop
            case .frame(let header, let data):
                let beganHandler = owner?.channelDidReceive(header, data) ?? false
                pace.tookFrame(beganHandler: beganHandler)
                // Small requests may have large answers; what is unsent must not wait for the end
                // of everything that was read.
                if let outbound, outbound.count > limits.unsentBytesHigh { flush() }
            case .oversized(let header):
                pace.tookFrame()
                owner?.channelDidReceiveOversized(header)
            case .discardLimitExceeded:
                finish(.discardLimitExceeded)
            case .budgetExceeded:
                finish(.keptBytesExceeded)
            }
        }
        pace.didRead(count)
        checkFrameTime(completedFrame: pace.completedFrame)
    }

    /// Notes that bytes came. A record of TLS that is cut off is a frame that is cut off: what it
    /// holds is not known yet, but its sender owes the rest all the same.
    private func checkFrameTime(completedFrame: Bool) {
        guard phase == .open else { return }
        let isInsideFrame = decoder.isInsideFrame || tls?.isInsideRecord == true
        let isNewDeadline = deadlines.received(
            isInsideFrame: isInsideFrame, completedFrame: completedFrame, now: loop.now)
        if isNewDeadline { rearmTimer() }
    }

    // MARK: - Time

    private func rearmTimer() {
        guard phase != .closed else { return }
        let calls = owner?.hasCalls ?? false
        let pending = outbound?.count ?? 0
        switch deadlines.verdict(hasCalls: calls, pending: pending, now: loop.now) {
        case .expired(let reason): finish(reason)
        case .checkAgain(let instant):
            if let timer, timer.isWaiting {
                loop.reschedule(timer, at: instant)
            } else {
                timer = loop.schedule(at: instant) { [self] in rearmTimer() }
            }
        }
    }

    // MARK: - The end

    /// Sends what is written, then closes.
    func closeAfterFlush() {
        guard phase == .open, outbound != nil else {
            close()
            return
        }
        isClosingAfterFlush = true
        isReadingPaused = true
        scheduleFlush()
    }

    /// Closes now, with nothing told to the owner.
    func close() {
        owner = nil
        finish(.local)
    }

    private func finish(_ reason: ChannelCloseReason) {
        guard phase != .closed else { return }
        let wasOpen = phase == .open
        phase = .closed
        if let registration { loop.deregister(registration) }
        registration = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        if wasOpen { tls?.shutdown() }
        tls = nil
        descriptor = nil
        outbound = nil
        _ = countUnsent(0)
        let owner = self.owner
        self.owner = nil
        owner?.channelDidClose(reason)
    }
}
