/// One scheduled action of one loop. Holding it keeps nothing alive but itself; cancelling it
/// frees what the action holds.
package final class Timer {
    package fileprivate(set) var deadline: MonotonicInstant
    /// Where the timer stands in its loop's heap, or -1 when it is not waiting.
    fileprivate var position: Int = -1
    fileprivate var action: (() -> Void)?

    fileprivate init(deadline: MonotonicInstant, action: @escaping () -> Void) {
        self.deadline = deadline
        self.action = action
    }

    /// Whether the action is still to come.
    package var isWaiting: Bool { position >= 0 }
}

/// The timers of a loop: a binary heap in which every timer knows its place, so that a cancelled
/// deadline leaves at once. Lazy deletion was rejected: a call with a 30 s deadline that is
/// answered in 10 µs would otherwise stay for 30 s, with all that it holds.
struct TimerHeap {
    private var heap: [Timer] = []

    var earliest: MonotonicInstant? { heap.first?.deadline }
    var count: Int { heap.count }

    mutating func insert(
        deadline: MonotonicInstant, action: @escaping () -> Void
    ) -> Timer {
        let timer = Timer(deadline: deadline, action: action)
        heap.append(timer)
        siftUp(timer, from: heap.count - 1)
        return timer
    }

    mutating func remove(_ timer: Timer) {
        let hole = timer.position
        timer.action = nil
        guard hole >= 0 else { return }
        precondition(heap[hole] === timer, "a timer is cancelled on the loop it was made on")
        timer.position = -1
        let last = heap.removeLast()
        guard last !== timer else { return }
        siftDown(last, from: hole)
        if last.position == hole { siftUp(last, from: hole) }
    }

    mutating func move(_ timer: Timer, to deadline: MonotonicInstant) {
        guard timer.position >= 0 else { return }
        let earlier = deadline < timer.deadline
        timer.deadline = deadline
        if earlier {
            siftUp(timer, from: timer.position)
        } else {
            siftDown(timer, from: timer.position)
        }
    }

    /// The action of the earliest timer that is due, taken off the heap.
    mutating func popDue(at now: MonotonicInstant) -> (() -> Void)? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        let action = first.action
        remove(first)
        return action
    }

    private mutating func siftUp(_ timer: Timer, from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard timer.deadline < heap[parent].deadline else { break }
            heap[index] = heap[parent]
            heap[index].position = index
            index = parent
        }
        heap[index] = timer
        timer.position = index
    }

    private mutating func siftDown(_ timer: Timer, from start: Int) {
        var index = start
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].deadline < heap[child].deadline {
                child += 1
            }
            guard heap[child].deadline < timer.deadline else { break }
            heap[index] = heap[child]
            heap[index].position = index
            index = child
        }
        heap[index] = timer
        timer.position = index
    }
}
