package import Reactor

/// LISTENs on a connection of its own, which reaches the server directly: a pooler in transaction
/// mode would lose it. A lost connection is made again.
///
/// A notification is a hint. What was notified while the connection was down is gone, so every
/// `.connected` means: look at the rows again.
package final class NotificationListener: Sendable {
    package enum Event: Sendable, Hashable {
        /// Listening, for the first time or again.
        case connected
        case notification(channel: String, payload: String)
    }

    /// How many events may wait for the reader; the oldest go first, which a reader that treats
    /// them as hints survives.
    package static let unreadEventsMax = 1024

    /// What happens, in order. One reader.
    package let events: AsyncStream<Event>
    private let core: LoopBound<ListenerCore>

    /// - Parameter channels: Plain identifiers, trusted text of the program's own.
    package init(url: String, channels: [String], loop: EventLoop) {
        let (stream, continuation) = AsyncStream<Event>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.unreadEventsMax))
        events = stream
        let core = ListenerCore(
            url: url, channels: channels, loop: loop, continuation: continuation)
        self.core = LoopBound(core, loop: loop)
        let bound = self.core
        loop.execute { bound.value.connect() }
    }

    /// Stops; `events` ends.
    package func stop() {
        let bound = core
        bound.loop.execute { bound.value.stop() }
    }
}

/// The part of a listener that lives on its loop.
private final class ListenerCore: ReadinessHandler {
    private static let backoffMin = Duration.milliseconds(50)
    private static let backoffMax = Duration.seconds(2)

    private let url: String
    private let channels: [String]
    private let loop: EventLoop
    private let continuation: AsyncStream<NotificationListener.Event>.Continuation
    private var libpq: LibPQ?
    private var registration: Registration?
    private var timer: Reactor.Timer?
    private var backoff = backoffMin
    private var isStopped = false

    init(
        url: String, channels: [String], loop: EventLoop,
        continuation: AsyncStream<NotificationListener.Event>.Continuation
    ) {
        self.url = url
        self.channels = channels
        self.loop = loop
        self.continuation = continuation
    }

    func connect() {
        guard !isStopped else { return }
        let bound = LoopBound(self, loop: loop)
        let url = self.url
        let script = channels.map { "LISTEN \($0)" }.joined(separator: ";")
        do {
            try Thread.detach(name: "pg-listen") {
                let result = Result { () throws(PostgresError) -> LibPQTransfer in
                    let libpq = try LibPQ(
                        connecting: url, applicationName: "tenancyd listen", timeoutSeconds: 5)
                    _ = try libpq.execute(script: script)
                    return LibPQTransfer(libpq)
                }
                bound.loop.execute { bound.value.connected(result) }
            }
        } catch {
            connectLater()
        }
    }

    private func connected(_ result: Result<LibPQTransfer, PostgresError>) {
        guard !isStopped else { return }
        do {
            let libpq = try result.get().value
            registration = try loop.register(
                self, descriptor: libpq.socket, interest: .readable)
            self.libpq = libpq
            backoff = Self.backoffMin
            continuation.yield(.connected)
        } catch {
            connectLater()
        }
    }

    private func connectLater() {
        let pause = backoff * Double.random(in: 0.5...1.0)
        backoff = min(backoff * 2, Self.backoffMax)
        timer = loop.schedule(after: pause) { [self] in
            timer = nil
            connect()
        }
    }

    func descriptorIsReady(_ readiness: Readiness) {
        do {
            try libpq?.consume()
        } catch {
            disconnect()
            connectLater()
            return
        }
        while let notification = libpq?.nextNotification() {
            continuation.yield(
                .notification(channel: notification.channel, payload: notification.payload))
        }
    }

    private func disconnect() {
        if let registration { loop.deregister(registration) }
        registration = nil
        libpq = nil
    }

    func stop() {
        isStopped = true
        if let timer { loop.cancel(timer) }
        timer = nil
        disconnect()
        continuation.finish()
    }
}
