internal import Reactor

/// Answers with the page of a path; nil when there is none.
package typealias PageHandler = @Sendable (String) -> PageResponse?

/// A server of a few pages on the loopback address: HTTP/1.1, GET and HEAD, a connection for each
/// request. It has a loop and a thread of its own, so that it answers when the others do not.
///
/// `@unchecked Sendable`: the state is touched on the loop alone; the methods hop there.
package final class PageServer: @unchecked Sendable {
    /// Where it listens.
    package let port: UInt16
    private let limits: PageLimits
    private let handler: PageHandler
    private let group: EventLoopGroup
    private let loop: EventLoop
    private let descriptor: CInt
    private var listener: PageListener?
    private var connections: [ObjectIdentifier: PageConnection] = [:]

    /// Answers from here on; `run` sees to its end.
    ///
    /// - Parameter port: On 127.0.0.1; 0 lets the kernel choose.
    /// - Throws: `PageServerError` when the port is taken.
    package init(
        port: UInt16, limits: PageLimits = PageLimits(), handler: @escaping PageHandler
    ) throws(PageServerError) {
        self.limits = limits
        self.handler = handler
        do {
            group = try EventLoopGroup(count: 1, name: "pages")
        } catch {
            throw PageServerError("\(error)")
        }
        loop = group.loops[0]
        do {
            (descriptor, self.port) = try PageSocket.listen(port: port)
        } catch {
            group.shutdown()
            throw error
        }
        loop.execute { [self] in start() }
    }

    /// Answers until the task is cancelled. Called once.
    package func run() async throws {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            continuation.finish()
        }
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                stop()
                continuation.resume()
            }
        }
        let group = self.group
        try await BlockingThread.shared.run { group.shutdown() }
    }

    private func start() {
        listener = PageListener(descriptor: descriptor, loop: loop) { [weak self] in
            self?.accepted($0)
        }
    }

    private func accepted(_ accepted: CInt) {
        guard connections.count < limits.connectionsMax else {
            PageSocket.close(accepted)
            return
        }
        let connection = PageConnection(
            descriptor: accepted, loop: loop, limits: limits, handler: handler
        ) { [weak self] in self?.connections[ObjectIdentifier($0)] = nil }
        if !connection.isClosed { connections[ObjectIdentifier(connection)] = connection }
    }

    private func stop() {
        listener?.stop()
        listener = nil
        for connection in connections.values { connection.close() }
    }
}

/// The listening socket on the loop.
private final class PageListener: ReadinessHandler {
    /// How many connections one readiness event may bring.
    private static let acceptsPerEventMax = 16
    /// How long accepting rests after an event that brought none: out of descriptors, most likely,
    /// and the connection that could not be taken keeps the socket readable.
    private static let pauseTime = Duration.milliseconds(100)

    private let descriptor: CInt
    private let loop: EventLoop
    private let onAccept: (CInt) -> Void
    private var registration: Registration?

    init(descriptor: CInt, loop: EventLoop, onAccept: @escaping (CInt) -> Void) {
        self.descriptor = descriptor
        self.loop = loop
        self.onAccept = onAccept
        registration = try? loop.register(self, descriptor: descriptor, interest: .readable)
    }

    func descriptorIsReady(_ readiness: Readiness) {
        var count = 0
        while count < Self.acceptsPerEventMax, let accepted = PageSocket.accept(descriptor) {
            count += 1
            onAccept(accepted)
        }
        guard count == 0 else { return }
        setInterest([])
        loop.schedule(after: Self.pauseTime) { [weak self] in self?.setInterest(.readable) }
    }

    private func setInterest(_ interest: Readiness) {
        guard var registration else { return }
        loop.setInterest(interest, of: &registration)
        self.registration = registration
    }

    func stop() {
        if let registration { loop.deregister(registration) }
        registration = nil
        PageSocket.close(descriptor)
    }
}
