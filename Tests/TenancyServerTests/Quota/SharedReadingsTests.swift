internal import Reactor
internal import Synchronization
internal import Tenancy
internal import Testing

@testable internal import TenancyServer

@Suite("Shared readings", .timeLimit(.minutes(1)))
struct SharedReadingsTests {
    @Test("who asks while one is under way shares the next one, and gets nothing of before")
    func sharing() async throws {
        try await withReadings { readings, source in
            let first = Task { try await readings.value(of: "key") }
            try await source.begins(1)
            let others = (0..<100).map { _ in Task { try await readings.value(of: "key") } }
            await readings.holds(101)
            source.finish(1, .success(1))
            #expect(try await first.value == 1)
            try await source.begins(2)
            // Too late for the second.
            let late = Task { try await readings.value(of: "key") }
            await readings.holds(101)
            source.finish(2, .success(2))
            for other in others { #expect(try await other.value == 2) }
            try await source.begins(3)
            source.finish(3, .success(3))
            #expect(try await late.value == 3)
            #expect(readings.waitingCount == 0)
        }
    }

    @Test("of one key are not waited for by those of another")
    func keys() async throws {
        try await withReadings { readings, source in
            let flood = (0..<100).map { _ in Task { try await readings.value(of: "flood") } }
            await readings.holds(100)
            try await source.begins(1)
            let quiet = Task { try await readings.value(of: "quiet") }
            try await source.begins(2)
            #expect(source.key(2) == "quiet")
            source.finish(2, .success(2))
            #expect(try await quiet.value == 2)
            source.finish(1, .success(1))
            // At most one had asked before it began.
            try await source.begins(3)
            source.finish(3, .success(3))
            for call in flood { #expect(try await call.value != 2) }
        }
    }

    @Test("that fail do so for those who waited for them, and the next one is another")
    func failure() async throws {
        try await withReadings { readings, source in
            let first = Task { try await readings.value(of: "key") }
            try await source.begins(1)
            let second = Task { try await readings.value(of: "key") }
            await readings.holds(2)
            source.finish(1, .failure(DomainError(.unavailable, message: "away")))
            await #expect(throws: DomainError.self) { try await first.value }
            try await source.begins(2)
            source.finish(2, .success(2))
            #expect(try await second.value == 2)
        }
    }

    @Test("are left by who is cancelled, and stopped when nobody waits for them any more")
    func cancellation() async throws {
        try await withReadings { readings, source in
            let first = Task { try await readings.value(of: "key") }
            try await source.begins(1)
            let calls = (0..<2).map { _ in Task { try await readings.value(of: "key") } }
            await readings.holds(3)
            calls[0].cancel()
            await #expect { try await calls[0].value } throws: {
                ($0 as? DomainError)?.code == .cancelled
            }
            first.cancel()
            await #expect(throws: DomainError.self) { try await first.value }
            try await source.isStopped(1)
            source.finish(1, .failure(DomainError(.cancelled, message: "stopped")))
            // Who still waits has a reading of their own.
            try await source.begins(2)
            #expect(readings.waitingCount == 1)
            source.finish(2, .success(2))
            #expect(try await calls[1].value == 2)
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await readings.value(of: "key")
            }
            await #expect(throws: DomainError.self) { try await late.value }
        }
    }

    private func withReadings(
        _ body: (SharedReadings<String, Int>, Source) async throws -> Void
    ) async throws {
        let group = try EventLoopGroup(count: 1, name: "test")
        let source = Source()
        let readings = SharedReadings<String, Int>(on: group.next()) { key throws(DomainError) in
            try await source.read(key)
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(readings, source)) } catch {
            result = .failure(error)
        }
        try await BlockingThread.shared.run { group.shutdown() }
        try result.get()
    }
}

extension SharedReadings {
    /// Returns when so many wait.
    fileprivate func holds(_ count: Int) async {
        while waitingCount != count { await Task.yield() }
    }
}

/// What is read: readings that end when the test says so.
private final class Source: Sendable {
    private typealias Answer = Result<Int, DomainError>

    private struct Reading {
        let key: String
        var continuation: CheckedContinuation<Answer, Never>?
        var isStopped = false
    }

    private let readings = Mutex<[Reading]>([])

    func read(_ key: String) async throws(DomainError) -> Int {
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                readings.withLock {
                    $0.append(Reading(key: key, continuation: continuation))
                }
            }
        } onCancel: {
            readings.withLock { $0[$0.count - 1].isStopped = true }
        }
        return try answer.get()
    }

    func key(_ number: Int) -> String { readings.withLock { $0[number - 1].key } }

    func begins(_ number: Int) async throws {
        try await until { $0.count >= number }
    }

    func isStopped(_ number: Int) async throws {
        try await until { $0[number - 1].isStopped }
    }

    func finish(_ number: Int, _ answer: Result<Int, DomainError>) {
        readings.withLock { $0[number - 1].continuation.take() }?.resume(returning: answer)
    }

    private func until(_ condition: ([Reading]) -> Bool) async throws {
        while !readings.withLock({ condition($0) }) {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
