internal import Synchronization
internal import Testing

/// Another client that keeps asking, and must get every answer, while something else goes on.
struct Bystander {
    let services: Services
    let code: String

    /// Asks one call after another until `body` is done.
    func whileWorking(_ body: () async throws -> Void) async throws {
        let isDone = Flag()
        let (services, code) = (services, code)
        let asking = Task {
            var answers = 0
            repeat {
                try await services.check(of: code)
                answers += 1
            } while !isDone.value
            return answers
        }
        let result: Result<Void, any Error>
        do {
            try await body()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // Asked to stop between two calls, not cancelled in the middle of one.
        isDone.set()
        #expect(try await asking.value > 0)
        try result.get()
    }
}

/// Set once, read from anywhere.
final class Flag: Sendable {
    private let isSet = Atomic<Bool>(false)

    var value: Bool { isSet.load(ordering: .acquiring) }

    func set() { isSet.store(true, ordering: .releasing) }
}
