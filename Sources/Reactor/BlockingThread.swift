internal import Glibc
internal import Synchronization

/// A thread for what can only block: name resolution, reading key files. One item at a time, in
/// order, so that a slow resolver costs one thread and not the process.
package final class BlockingThread: Sendable {
    /// How many calls may wait; one more is refused.
    package static let queuedMax = 1024

    private let queue = Mutex<[@Sendable () -> Void]>([])
    private let signal: EventSemaphore

    package init(name: String) {
        let signal = EventSemaphore()
        self.signal = signal
        _ = Thread(name: name) { [self] in
            while true {
                signal.wait()
                let item: (@Sendable () -> Void)? = queue.withLock { queue in
                    queue.isEmpty ? nil : queue.removeFirst()
                }
                item?()
            }
        }
    }

    /// Runs `work` on the thread some time, whatever the length of the queue: for what must not be
    /// refused because somebody waits for it already.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        queue.withLock { $0.append(work) }
        signal.signal()
    }

    /// Runs `body` on the thread and resumes the caller where it was.
    ///
    /// - Throws: what `body` throws, or `SystemError` with `EAGAIN` when `queuedMax` calls wait.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let accepted = queue.withLock { queue -> Bool in
                guard queue.count < Self.queuedMax else { return false }
                queue.append { continuation.resume(with: Result { try body() }) }
                return true
            }
            if accepted {
                signal.signal()
            } else {
                continuation.resume(throwing: SystemError("blocking queue", number: EAGAIN))
            }
        }
    }

    /// The one that the whole process shares; made when first used.
    package static let shared = BlockingThread(name: "blocking")
}

/// A counting semaphore of the kernel's.
///
/// `@unchecked Sendable`: `sem_t` is made to be shared between threads; the pointer never changes.
private final class EventSemaphore: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<sem_t>

    init() {
        pointer = .allocate(capacity: 1)
        sem_init(pointer, 0, 0)
    }

    func signal() { sem_post(pointer) }

    func wait() {
        while sem_wait(pointer) != 0 {}  // EINTR: wait again
    }

    deinit {
        sem_destroy(pointer)
        pointer.deallocate()
    }
}
