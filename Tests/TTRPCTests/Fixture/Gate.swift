internal import Synchronization

/// Something that many wait for and one opens, once. Waiting ends when the task is cancelled.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// - Throws: `CancellationError` when the task is cancelled before the gate opens.
    func wait() async throws {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    guard !state.isOpen, !Task.isCancelled else { return true }
                    state.waiters[ticket] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
        }
        if !state.withLock({ $0.isOpen }) { try Task.checkCancellation() }
    }
}

/// Counts up, and lets others wait for a count.
final class Counter: Sendable {
    private let state = Mutex((value: 0, gates: [(Int, Gate)]()))

    var value: Int { state.withLock { $0.value } }

    func increment() {
        let reached = state.withLock { state -> [Gate] in
            state.value += 1
            let value = state.value
            let reached = state.gates.filter { $0.0 <= value }.map(\.1)
            state.gates.removeAll { $0.0 <= value }
            return reached
        }
        for gate in reached { gate.open() }
    }

    func reaches(_ count: Int) async throws {
        let gate = Gate()
        let isReached = state.withLock { state in
            guard state.value < count else { return true }
            state.gates.append((count, gate))
            return false
        }
        if !isReached { try await gate.wait() }
    }
}
