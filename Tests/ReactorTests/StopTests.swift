internal import Synchronization
internal import Testing

@testable internal import Reactor

@Suite("Stopping a loop", .timeLimit(.minutes(10)))
struct StopTests {
    @Test("what was asked for before the stop runs, and what that asks for")
    func runsWhatIsQueued() async throws {
        let group = try EventLoopGroup(count: 1, name: "test")
        let loop = group.next()
        let counter = Counter()
        loop.execute {
            // The loop is at work here, so all of this is queued behind it.
            for _ in 0..<100 {
                loop.execute {
                    counter.add()
                    loop.execute { counter.add() }
                }
            }
            loop.stop()
        }
        try await BlockingThread.shared.run { group.shutdown() }
        #expect(counter.value == 200)
    }

    @Test("late work still runs once, as on the loop, and so does a late task")
    func lateWork() async throws {
        let group = try EventLoopGroup(count: 1, name: "test")
        let loop = group.next()
        let bound = LoopBound(5, loop: loop)
        try await BlockingThread.shared.run { group.shutdown() }
        #expect(try await loop.call { bound.value } == 5)
        #expect(try await loop.call { EventLoop.current === loop })
        let places = await withTaskExecutorPreference(loop) {
            var places = [loop.isCurrent]
            await Task.yield()
            places.append(loop.isCurrent)
            return places
        }
        #expect(places == [true, true])
        #expect(!loop.isCurrent)
    }

    @Test("a stop that races with work from other threads loses nothing")
    func race() async throws {
        for _ in 0..<50 {
            let group = try EventLoopGroup(count: 1, name: "test")
            let loop = group.next()
            async let values = withThrowingTaskGroup(of: Int.self) { tasks in
                for number in 0..<20 { tasks.addTask { try await loop.call { number } } }
                return try await tasks.reduce(0, +)
            }
            loop.stop()
            #expect(try await values == 190)
            try await BlockingThread.shared.run { group.shutdown() }
        }
    }

    private final class Counter: Sendable {
        private let count = Atomic<Int>(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }
}
