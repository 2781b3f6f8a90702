internal import Synchronization

/// A request from outside to read certificates and master keys anew at once, such as SIGHUP.
package final class ReloadSignal: Sendable {
    /// Who looks at files: when woken, and whether that was asked for.
    private final class Follower: Sendable {
        let isAsked = Atomic(false)
        let wakes: AsyncStream<Void>
        let waker: AsyncStream<Void>.Continuation

        init() {
            (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }
    }

    private let followers = Mutex<[Follower]>([])

    package init() {}

    /// Looks at once, again after every `interval`, and when it is asked to, until it is cancelled.
    /// One look comes after the other; requests that come during one are one more.
    ///
    /// - Parameter look: Is told whether somebody asked for it.
    func follow(every interval: Duration, look: (_ isAsked: Bool) async -> Void) async {
        let follower = Follower()
        followers.withLock { $0.append(follower) }
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                while !Task.isCancelled {
                    follower.waker.yield()
                    try? await Task.sleep(for: interval)
                }
                follower.waker.finish()
            }
            for await _ in follower.wakes {
                await look(follower.isAsked.exchange(false, ordering: .acquiringAndReleasing))
            }
        }
    }

    package func request() {
        for follower in followers.withLock({ $0 }) {
            follower.isAsked.store(true, ordering: .releasing)
            follower.waker.yield()
        }
    }
}
