internal import Reactor
internal import Synchronization

/// Something that is done on a loop and answered once.
protocol Answerable: AnyObject, SendableMetatype {
    associatedtype Value: Sendable

    /// Answers, unless it is answered already.
    func finish(with result: Result<Value, PostgresError>)
}

/// Does something on a loop and waits for its answer, or for the task's cancellation.
///
/// - Parameters:
///   - make: Makes what is answered.
///   - start: Begins it, unless the task was cancelled before.
///   - cancel: The task has been cancelled; it still has to be answered.
func answer<Subject: Answerable>(
    on loop: EventLoop,
    make:
        @escaping @Sendable (@escaping (Result<Subject.Value, PostgresError>) -> Void) -> Subject,
    start: @escaping @Sendable (Subject) -> Void,
    cancel: @escaping @Sendable (Subject) -> Void
) async throws(PostgresError) -> Subject.Value {
    let slot = CancellationSlot<Subject>()
    let result = await withTaskCancellationHandler {
        await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Subject.Value, PostgresError>, Never>) in
            let begin: @Sendable () -> Void = {
                let subject = make { continuation.resume(returning: $0) }
                guard slot.fill(LoopBound(subject, loop: loop)) else {
                    subject.finish(
                        with: .failure(PostgresError(.cancelled, "the task was cancelled")))
                    return
                }
                start(subject)
            }
            if loop.isCurrent { begin() } else { loop.execute(begin) }
        }
    } onCancel: {
        guard let subject = slot.cancel() else { return }
        loop.execute { cancel(subject.value) }
    }
    return try result.get()
}

/// Where something to be answered and the cancellation of its task meet, whichever comes first.
private final class CancellationSlot<Subject: Answerable>: Sendable {
    private enum State {
        /// Can transition to: filled, cancelled.
        case empty
        /// Can transition to: cancelled.
        case filled(LoopBound<Subject>)
        case cancelled
    }

    private let state = Mutex(State.empty)

    /// False when the task was cancelled before.
    func fill(_ subject: LoopBound<Subject>) -> Bool {
        state.withLock { state in
            guard case .empty = state else { return false }
            state = .filled(subject)
            return true
        }
    }

    /// What to cancel, if it has been made.
    func cancel() -> LoopBound<Subject>? {
        state.withLock { state in
            defer { state = .cancelled }
            if case .filled(let subject) = state { return subject }
            return nil
        }
    }
}
