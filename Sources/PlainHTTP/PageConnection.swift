internal import Reactor

/// One request and its answer, on the loop. A connection carries no second one: a page is asked for
/// every few seconds, and what closes cannot be held open.
final class PageConnection: ReadinessHandler {
    private enum Phase {
        /// Can transition to: writing, closed.
        case reading(RequestHead)
        /// Can transition to: leaving, closed.
        case writing(ArraySlice<UInt8>)
        /// Everything is sent; what the peer still sends is read and dropped, because closing over
        /// unread bytes would destroy the answer on its way. Can transition to: closed.
        case leaving
        case closed
    }

    private let descriptor: CInt
    private let loop: EventLoop
    private let handler: PageHandler
    private let onClose: (PageConnection) -> Void
    private var phase: Phase
    private var registration: Registration?
    private var timer: Reactor.Timer?

    init(
        descriptor: CInt, loop: EventLoop, limits: PageLimits, handler: @escaping PageHandler,
        onClose: @escaping (PageConnection) -> Void
    ) {
        self.descriptor = descriptor
        self.loop = loop
        self.handler = handler
        self.onClose = onClose
        phase = .reading(RequestHead(bytesMax: limits.requestBytesMax))
        timer = loop.schedule(after: limits.connectionTimeMax) { [weak self] in self?.close() }
        do {
            registration = try loop.register(self, descriptor: descriptor, interest: .readable)
        } catch {
            close()
        }
    }

    var isClosed: Bool { if case .closed = phase { true } else { false } }

    func descriptorIsReady(_ readiness: Readiness) {
        switch phase {
        case .reading, .leaving: read()
        case .writing: write()
        case .closed: break
        }
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        switch PageSocket.read(descriptor, into: &buffer) {
        case .wouldBlock: break
        case .ended: close()
        case .bytes(let count):
            guard case .reading(var head) = phase else { return }
            let step = head.receive(buffer[..<count])
            phase = .reading(head)
            switch step {
            case .more: break
            case .refuse(let status):
                answer(PageResponse(status: status, body: "\(status)\n"), isHead: false)
            case .request(let path, let isHead):
                let response = handler(path) ?? PageResponse(status: 404, body: "not found\n")
                answer(response, isHead: isHead)
            }
        }
    }

    private func answer(_ response: PageResponse, isHead: Bool) {
        phase = .writing(response.encoded(isHead: isHead)[...])
        write()
    }

    private func write() {
        while case .writing(let rest) = phase {
            guard !rest.isEmpty else {
                PageSocket.finishWriting(descriptor)
                phase = .leaving
                setInterest(.readable)
                return
            }
            switch PageSocket.write(descriptor, rest) {
            case .bytes(let count): phase = .writing(rest.dropFirst(count))
            case .ended: close()
            case .wouldBlock:
                setInterest(.writable)
                return
            }
        }
    }

    private func setInterest(_ interest: Readiness) {
        guard var registration else { return }
        loop.setInterest(interest, of: &registration)
        self.registration = registration
    }

    func close() {
        if case .closed = phase { return }
        phase = .closed
        if let timer { loop.cancel(timer) }
        timer = nil
        if let registration { loop.deregister(registration) }
        registration = nil
        PageSocket.close(descriptor)
        onClose(self)
    }
}
