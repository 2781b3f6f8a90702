internal import Synchronization
internal import Testing

@testable internal import Reactor

@Suite("Lines of jobs")
struct JobLineTests {
    @Test("run on the loop, and go on there after a wait and in child tasks")
    func place() async throws {
        try await withLoop { loop in
            let line = try await loop.call { newLine(on: loop) }
            let places = await Task(executorPreference: line) {
                var places = [loop.isCurrent]
                await Task.yield()
                places.append(loop.isCurrent)
                await withCheckedContinuation { continuation in
                    BlockingThread.shared.submit { continuation.resume() }
                }
                places.append(loop.isCurrent)
                async let child = loop.isCurrent
                places.append(await child)
                return places
            }.value
            #expect(places == [true, true, true, true])
        }
    }

    @Test("take turns: who comes to a thousand waits for one of them, and the loop's own for none")
    func turns() async throws {
        try await withLoop { loop in
            let order = Order()
            await withCheckedContinuation { continuation in
                // All in one turn of the loop, so that the order is that of the turns alone.
                loop.execute {
                    let flood = newLine(on: loop)
                    let quiet = newLine(on: loop, party: 2)
                    for _ in 0..<1_000 {
                        Task(executorPreference: flood) { order.append("flood") }
                    }
                    Task(executorPreference: quiet) {
                        order.append("quiet")
                        await loop.nextTurn()
                        order.append("quiet")
                        continuation.resume()
                    }
                    Task(executorPreference: loop) { order.append("own") }
                }
            }
            let names = order.names
            #expect(names.prefix(3) == ["own", "flood", "quiet"])
            // The rest of the turn in which it began to wait, and one.
            let second = try #require(names.lastIndex(of: "quiet"))
            #expect(second <= EventLoop.jobsPerTurnMax + 2)
        }
    }

    @Test("of a party over its share go on by themselves, also when the loop is to stop")
    func shares() async throws {
        let group = try EventLoopGroup(
            count: 1, name: "test", shares: PartyShareRule(percent: 1))
        let loop = group.next()
        let order = Order()
        let other = try await loop.call { newLine(on: loop) }
        await Task(executorPreference: other) {}.value
        let flood = try await loop.call { newLine(on: loop, party: 2) }
        let work: @Sendable () async -> Void = {
            // More than had been saved up: each of them is held for what it owes.
            for _ in 0..<5 { loop.charge(flood, since: MonotonicInstant(nanoseconds: 0)) }
            order.append("flood")
            await Task.yield()
            order.append("again")
        }
        await Task(executorPreference: flood, operation: work).value
        #expect(order.names == ["flood", "again"])
        let last = (0..<3).map { _ in Task(executorPreference: flood, operation: work) }
        try await BlockingThread.shared.run { group.shutdown() }
        for task in last { await task.value }
        #expect(order.names.count == 8)
    }

    @Test("that outlive their loop run elsewhere")
    func stopped() async throws {
        let group = try EventLoopGroup(count: 1, name: "test")
        let loop = group.next()
        let line = try await loop.call { newLine(on: loop) }
        try await BlockingThread.shared.run { group.shutdown() }
        let sum = await Task(executorPreference: line) {
            await Task.yield()
            return 1
        }.value
        #expect(sum == 1)
    }
}

private func newLine(on loop: EventLoop, party: Int = 1) -> JobLine {
    JobLine(of: JobGroup(of: loop), for: JobParty(PartyKey(party, .known)))
}

private final class Order: Sendable {
    private let state = Mutex<[String]>([])

    var names: [String] { state.withLock { $0 } }

    func append(_ name: String) { state.withLock { $0.append(name) } }
}
