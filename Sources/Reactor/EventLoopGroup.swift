internal import Synchronization

/// The loops of a process, a thread each.
package final class EventLoopGroup: Sendable {
    package let loops: [EventLoop]
    private let threads: Mutex<[Thread]>
    private let turn = Atomic<Int>(0)

    /// - Parameters:
    ///   - count: How many loops; at least one.
    ///   - busyPoll: See `EventLoop`.
    ///   - shares: How much of a loop's time one party may take while others want some.
    /// - Throws: `SystemError` when the process is out of descriptors.
    package init(
        count: Int, name: String = "loop", busyPoll: Duration = .zero,
        shares: PartyShareRule = .unlimited
    ) throws(SystemError) {
        precondition(count > 0, "a group has at least one loop")
        var loops: [EventLoop] = []
        for index in 0..<count {
            loops.append(
                try EventLoop(name: "\(name)-\(index)", busyPoll: busyPoll, shares: shares))
        }
        self.loops = loops
        threads = Mutex(loops.map { loop in Thread(name: loop.name) { loop.run() } })
    }

    /// The loops in turn.
    package func next() -> EventLoop {
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: index) % UInt(loops.count))]
    }

    /// Stops every loop and waits for the threads; blocks. Not to be called from a loop.
    package func shutdown() {
        for loop in loops { loop.stop() }
        let stopping = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in stopping { thread.join() }
    }
}
