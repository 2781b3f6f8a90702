internal import Glibc
internal import Synchronization
internal import Testing

@testable internal import Reactor

@Suite("Event loop", .timeLimit(.minutes(10)))
struct EventLoopTests {
    /// What arrived, and who waits for the last of it.
    private final class Arrivals: Sendable {
        private struct State {
            var items: [[Int]]
            var left: Int
            var waiter: CheckedContinuation<Void, Never>?
        }

        private let state: Mutex<State>

        init(threads: Int, items: Int) {
            state = Mutex(State(items: Array(repeating: [], count: threads), left: threads * items))
        }

        func note(_ thread: Int, _ item: Int) {
            let waiter = state.withLock { state in
                state.items[thread].append(item)
                state.left -= 1
                return state.left == 0 ? state.waiter : nil
            }
            waiter?.resume()
        }

        func all() async -> [[Int]] {
            await withCheckedContinuation { continuation in
                let isComplete = state.withLock { state in
                    state.waiter = continuation
                    return state.left == 0
                }
                if isComplete { continuation.resume() }
            }
            return state.withLock(\.items)
        }
    }

    @Test("work from many threads arrives complete, each thread's in its order")
    func wakeUps() async throws {
        let arrivals = Arrivals(threads: 8, items: 2_000)
        try await withLoop { loop in
            for thread in 0..<8 {
                try Thread.detach(name: "waker") {
                    for item in 0..<2_000 {
                        loop.execute {
                            loop.preconditionOnLoop()
                            arrivals.note(thread, item)
                        }
                    }
                }
            }
            let all = await arrivals.all()
            #expect(all.allSatisfy { $0 == Array(0..<2_000) })
        }
    }

    @Test("a busy-polling loop is woken as well")
    func busyPoll() async throws {
        let group = try EventLoopGroup(count: 1, name: "busy", busyPoll: .microseconds(200))
        for number in 0..<200 {
            #expect(try await group.next().call { number } == number)
        }
        try await BlockingThread.shared.run { group.shutdown() }
    }

    @Test("timers fire in the order of their deadlines, not of their making")
    func timers() async throws {
        try await withLoop { loop in
            let fired = await withCheckedContinuation {
                (continuation: CheckedContinuation<[Int], Never>) in
                loop.execute {
                    let log = Box<[Int]>([])
                    let start = MonotonicInstant.now()
                    for number in [3, 1, 4, 2] {
                        loop.schedule(at: start.advanced(by: .milliseconds(number))) {
                            log.value.append(number)
                        }
                    }
                    let cancelled = loop.schedule(at: start) { log.value.append(-1) }
                    loop.cancel(cancelled)
                    let moved = loop.schedule(at: .distantFuture) {
                        continuation.resume(returning: log.value)
                    }
                    loop.reschedule(moved, at: start.advanced(by: .milliseconds(5)))
                    #expect(moved.isWaiting && !cancelled.isWaiting)
                }
            }
            #expect(fired == [1, 2, 3, 4])
        }
    }

    @Test("a timer never fires before its deadline")
    func notEarly() async throws {
        try await withLoop { loop in
            let early = await withCheckedContinuation {
                (continuation: CheckedContinuation<Bool, Never>) in
                loop.execute {
                    let deadline = MonotonicInstant.now().advanced(by: .microseconds(1_300))
                    loop.schedule(at: deadline) {
                        continuation.resume(returning: MonotonicInstant.now() < deadline)
                    }
                }
            }
            #expect(!early)
        }
    }

    @Test("turn-end handlers run in the turn that asked for them, and may ask for more")
    func turnEnd() async throws {
        try await withLoop { loop in
            let order = try await loop.call {
                let first = Handler()
                let second = Handler()
                first.onEnd = { loop.atTurnEnd(second) }
                second.onEnd = { first.order.append(2) }
                loop.atTurnEnd(first)
                return UncheckedBox(first)
            }
            #expect(try await loop.call { order.value.order } == [1, 2])
        }
    }

    private final class Handler: TurnEndHandler {
        var order: [Int] = []
        var onEnd: () -> Void = {}

        func turnWillEnd() {
            order.append(1)
            onEnd()
        }
    }

    @Test("an async function that prefers the loop stays on its thread")
    func taskExecutor() async throws {
        try await withLoop { loop in
            let places = await withTaskExecutorPreference(loop) {
                var places: [Bool] = []
                for _ in 0..<20 {
                    places.append(loop.isCurrent)
                    await Task.yield()
                    await Self.elsewhere(loop)
                }
                return places
            }
            #expect(places.allSatisfy { $0 })
            let children = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask(executorPreference: loop) {
                        await Task.yield()
                        return EventLoop.current === loop
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(children.count == 50 && children.allSatisfy { $0 })
        }
    }

    @concurrent private static func elsewhere(_ loop: EventLoop) async {
        #expect(loop.isCurrent, "a nonisolated function follows the preference too")
    }

    @Test("more jobs than one turn takes run all, in order")
    func manyJobs() async throws {
        try await withLoop { loop in
            let count = EventLoop.jobsPerTurnMax * 3 + 7
            let sum = await withTaskGroup(of: Int.self) { group in
                for number in 0..<count {
                    group.addTask(executorPreference: loop) { number }
                }
                return await group.reduce(0, +)
            }
            #expect(sum == count * (count - 1) / 2)
        }
    }
}

/// Something that is changed on one loop's thread alone.
final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// `@unchecked Sendable`: made and read on the loop's thread; only carried elsewhere.
struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
