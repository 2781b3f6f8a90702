internal import TestSupport
internal import Testing

@testable internal import Reactor

@Suite("Timers, as a structure")
struct TimerHeapTests {
    private struct Model {
        var heap = TimerHeap()
        /// What waits, by number, with its deadline.
        var waiting: [Int: (timer: Timer, deadline: UInt64)] = [:]
        var fired: [Int] = []
        var next = 0
    }

    private final class Log {
        var fired: [Int] = []
    }

    @Test("a heap fires exactly what a sorted list would, however it is changed")
    func againstSortedList() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("timers: seed \(seed)")
        var random = SplitMix(seed: seed)
        for _ in 0..<50 { try run(&random, seed) }
    }

    private func run(_ random: inout SplitMix, _ seed: UInt64) throws {
        let log = Log()
        var model = Model()
        var now: UInt64 = 0
        for _ in 0..<400 {
            // Few different deadlines, so that equal ones are common.
            let deadline = now + UInt64.random(in: 0..<40, using: &random)
            let some = model.waiting.keys.sorted().randomElement(using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let number = model.next
                model.next += 1
                let timer = model.heap.insert(deadline: .init(nanoseconds: deadline)) {
                    log.fired.append(number)
                }
                model.waiting[number] = (timer, deadline)
            case 5..<6:
                guard let some, let removed = model.waiting.removeValue(forKey: some) else { break }
                model.heap.remove(removed.timer)
                #expect(!removed.timer.isWaiting, "seed \(seed)")
            case 6..<8:
                guard let some, let moved = model.waiting[some] else { break }
                model.heap.move(moved.timer, to: .init(nanoseconds: deadline))
                model.waiting[some] = (moved.timer, deadline)
            default:
                now += UInt64.random(in: 0..<10, using: &random)
                try fire(&model, log, until: now, seed)
            }
            #expect(model.heap.count == model.waiting.count, "seed \(seed)")
            #expect(
                model.heap.earliest?.nanoseconds == model.waiting.values.map(\.deadline).min(),
                "seed \(seed)")
        }
        try fire(&model, log, until: .max, seed)
        #expect(model.waiting.isEmpty, "seed \(seed)")
    }

    private func fire(
        _ model: inout Model, _ log: Log, until now: UInt64, _ seed: UInt64
    ) throws {
        let due = model.waiting.filter { $0.value.deadline <= now }
        log.fired = []
        while let action = model.heap.popDue(at: .init(nanoseconds: now)) { action() }
        // Those of one deadline may fire in any order.
        #expect(
            log.fired.map { due[$0]?.deadline } == due.values.map(\.deadline).sorted(),
            "seed \(seed)")
        #expect(Set(log.fired) == Set(due.keys), "seed \(seed)")
        for number in due.keys { model.waiting[number] = nil }
    }

    @Test("cancelling releases what the action holds")
    func releases() {
        final class Held {}
        var heap = TimerHeap()
        weak var held: Held?
        let timer: Timer
        do {
            let object = Held()
            held = object
            timer = heap.insert(deadline: .init(nanoseconds: 1)) { _ = object }
        }
        #expect(held != nil)
        heap.remove(timer)
        #expect(held == nil)
        // Both are answered by nothing when the timer does not wait.
        heap.remove(timer)
        heap.move(timer, to: .distantFuture)
        #expect(heap.count == 0)
    }
}
