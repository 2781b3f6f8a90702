internal import Reactor
internal import Synchronization

/// How the server stands, for whoever watches it from outside the calls: the operations page, the
/// service manager, metrics.
package final class ServerStatus: Sendable {
    /// How long a loop may go without a turn before the server counts as stuck. Longer than
    /// anything a handler may do on a loop, shorter than a service manager's patience.
    package static let loopSilenceMax = Duration.seconds(5)

    private let isServing = Atomic<Bool>(false)
    private let isDraining = Atomic<Bool>(false)
    private let heartbeats = Mutex<[LoopHeartbeat]>([])
    private let connections = Mutex<(@Sendable () -> Int)?>(nil)

    package init() {}

    /// Whether callers should come here: every listener answers, the database is there, and the
    /// server has not been asked to stop.
    package var isReady: Bool {
        isServing.load(ordering: .relaxed) && !isDraining.load(ordering: .relaxed)
            && connections.withLock { $0 != nil }
    }

    /// Whether every loop still turns. A server that has no loops yet is alive.
    package var isAlive: Bool {
        heartbeats.withLock { $0.allSatisfy { $0.silence <= Self.loopSilenceMax } }
    }

    func setServing(_ isServing: Bool) {
        self.isServing.store(isServing, ordering: .relaxed)
    }

    func setDraining() {
        isDraining.store(true, ordering: .relaxed)
    }

    /// How many connections are open.
    package var connectionCount: Int { connections.withLock { $0 }?() ?? 0 }

    /// Every listener answers: watches the turns of `loops` from here on, and knows how to count
    /// connections.
    func watch(_ loops: [EventLoop], connectionCount: @escaping @Sendable () -> Int) {
        connections.withLock { $0 = connectionCount }
        let new = loops.map { LoopHeartbeat($0) }
        heartbeats.withLock { $0 = new }
        for heartbeat in new { heartbeat.start() }
    }

    /// The loops are about to stop, and that is no fault.
    func unwatch() {
        heartbeats.withLock { $0 = [] }
    }
}

/// A loop's own word that it turns: a timer of the loop that writes the time down.
final class LoopHeartbeat: Sendable {
    private static let interval = Duration.seconds(1)

    private let loop: EventLoop
    private let last = Atomic<UInt64>(MonotonicInstant.now().nanoseconds)

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    /// How long ago the loop last gave its word.
    var silence: Duration {
        MonotonicInstant.now().duration(
            since: MonotonicInstant(nanoseconds: last.load(ordering: .relaxed)))
    }

    func start() {
        loop.execute { [self] in beat() }
    }

    private func beat() {
        last.store(MonotonicInstant.now().nanoseconds, ordering: .relaxed)
        loop.schedule(after: Self.interval) { [weak self] in self?.beat() }
    }
}
