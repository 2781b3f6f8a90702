internal import Glibc
internal import Testing

@testable internal import Reactor

@Suite("Threads", .timeLimit(.minutes(10)))
struct ThreadTests {
    @Test("detached threads give back what they took")
    func detached() async throws {
        for _ in 0..<2_000 {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                do {
                    try Thread.detach(name: "short") { continuation.resume() }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
        // A thread that is never joined would keep its stack: 8 MiB of addresses each.
        #expect(try addressSpaceMebibytes() < 2_000 * 8)
    }

    private func addressSpaceMebibytes() throws -> Int {
        let descriptor = open("/proc/self/statm", O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        let pages = try #require(text.split(separator: " ").first.flatMap { Int($0) })
        return pages * 4096 >> 20
    }

    @Test("a blocking thread runs what it is given in order, and passes errors on")
    func blocking() async throws {
        struct Refused: Error {}
        let thread = BlockingThread(name: "test")
        #expect(try await thread.run { 1 } == 1)
        await #expect(throws: Refused.self) { try await thread.run { throw Refused() } }
        let box = Box<[Int]>([])
        let shared = UncheckedBox(box)
        for number in 0..<100 { thread.submit { shared.value.value.append(number) } }
        #expect(try await thread.run { shared.value.value } == Array(0..<100))
    }
}
