internal import Synchronization

/// A request from outside to read certificates and master keys anew at once, such as SIGHUP.
package final class ReloadSignal: Sendable {
    private let followers = Mutex<[AsyncStream<Void>.Continuation]>([])

    package init() {}

    /// The requests from now on, for one reader. Those that come while one is being served are one
    /// more.
    func requests() -> AsyncStream<Void> {
        let (requests, follower) = AsyncStream<Void>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        followers.withLock { $0.append(follower) }
        return requests
    }

    package func request() {
        for follower in followers.withLock({ $0 }) { follower.yield() }
    }
}
