internal import Reactor
internal import Synchronization
internal import Tenancy

/// Readings of the database that all share who ask for the same at about the same time.
///
/// An answer has to be of after its question. So who asks while a reading is under way waits for
/// the next one, together with all who ask meanwhile: however many they are, a key has one reading
/// under way, and nobody waits for more than two.
final class SharedReadings<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// How long a reading may take: those who came during it wait for its end.
    private static var readingTimeMax: Duration { .seconds(5) }

    private typealias Answer = Result<Value, DomainError>

    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<Answer, Never>
    }

    private struct Reading {
        /// Who waits for the one that is under way, and for the next one; in the order in which
        /// they came.
        var current: [Waiter] = []
        var next: [Waiter] = []
        var task: Task<Void, Never>?
    }

    private struct State {
        /// Only of keys that somebody waits for, or that are being read.
        var readings: [Key: Reading] = [:]
        var ticket: UInt64 = 0
    }

    private let state = Mutex(State())
    private let loop: EventLoop
    private let read: @Sendable (Key) async throws(DomainError) -> Value

    /// - Parameter loop: Where readings are made.
    init(on loop: EventLoop, read: @escaping @Sendable (Key) async throws(DomainError) -> Value) {
        self.loop = loop
        self.read = read
    }

    /// What is read, as of some time after this was called.
    ///
    /// - Throws: what the reading throws, `cancelled`.
    func value(of key: Key) async throws(DomainError) -> Value {
        let ticket = state.withLock { state in
            state.ticket += 1
            return state.ticket
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                join(key, Waiter(ticket: ticket, continuation: continuation))
                // A cancellation may have come before there was anybody to be found.
                if Task.isCancelled { leave(key, ticket) }
            }
        } onCancel: {
            leave(key, ticket)
        }
        return try answer.get()
    }

    /// How many wait.
    var waitingCount: Int {
        state.withLock { $0.readings.values.reduce(0) { $0 + $1.current.count + $1.next.count } }
    }

    private func join(_ key: Key, _ waiter: Waiter) {
        state.withLock { state in
            let isRead = state.readings[key] != nil
            state.readings[key, default: Reading()].next.append(waiter)
            if !isRead { begin(key, &state) }
        }
    }

    /// Begins a reading for those who have come so far; without any, the key is forgotten.
    private func begin(_ key: Key, _ state: inout State) {
        guard var reading = state.readings.removeValue(forKey: key), !reading.next.isEmpty
        else { return }
        reading.current = reading.next
        reading.next = []
        // A task of its own: it ends neither with the call that was the first nor within its trace.
        reading.task = Task.detached(executorPreference: loop) { [self] in
            let limit = LoopBound(
                loop.schedule(after: Self.readingTimeMax) { [self] in stop(key) }, loop: loop)
            let answer: Answer
            do throws(DomainError) {
                answer = .success(try await read(key))
            } catch {
                answer = .failure(error)
            }
            loop.cancel(limit.value)
            finish(key, answer)
        }
        state.readings[key] = reading
    }

    /// The reading that is under way takes too long.
    private func stop(_ key: Key) {
        state.withLock { $0.readings[key]?.task }?.cancel()
    }

    private func finish(_ key: Key, _ answer: Answer) {
        let served = state.withLock { state in
            defer { begin(key, &state) }
            return state.readings[key]?.current ?? []
        }
        for waiter in served { waiter.continuation.resume(returning: answer) }
    }

    /// The caller is gone. A reading that nobody waits for any more is stopped.
    private func leave(_ key: Key, _ ticket: UInt64) {
        let left = state.withLock { state -> Waiter? in
            guard let reading = state.readings[key] else { return nil }
            if let place = reading.next.firstIndex(where: { $0.ticket == ticket }) {
                return state.readings[key]?.next.remove(at: place)
            }
            guard let place = reading.current.firstIndex(where: { $0.ticket == ticket })
            else { return nil }
            if reading.current.count == 1 { reading.task?.cancel() }
            return state.readings[key]?.current.remove(at: place)
        }
        left?.continuation.resume(
            returning: .failure(DomainError(.cancelled, message: "the call was cancelled")))
    }
}
