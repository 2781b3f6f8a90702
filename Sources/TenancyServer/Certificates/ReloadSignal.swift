/// A request from outside to read certificates anew at once, such as SIGHUP.
package final class ReloadSignal: Sendable {
    /// Requests that come while one is being served are one more.
    let requests: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() {
        (requests, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func request() {
        continuation.yield()
    }
}
