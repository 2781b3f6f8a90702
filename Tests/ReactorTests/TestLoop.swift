internal import Reactor

/// A group of one loop for the length of a test.
func withLoop<Value: Sendable>(
    _ body: (EventLoop) async throws -> Value
) async throws -> Value {
    let group = try EventLoopGroup(count: 1, name: "test")
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(group.next()))
    } catch {
        result = .failure(error)
    }
    try await BlockingThread.shared.run { group.shutdown() }
    return try result.get()
}

extension EventLoop {
    /// Runs `body` on the loop's thread and brings its value back.
    func call<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            execute { continuation.resume(with: Result { try body() }) }
        }
    }
}
