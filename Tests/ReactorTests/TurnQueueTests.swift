internal import TestSupport
internal import Testing

@testable internal import Reactor

@Suite("Turns")
struct TurnQueueTests {
    private typealias Queue = TurnQueue<Int>

    @Test("groups go in turns, then their lines, and each line in its own order")
    func order() {
        var queue = Queue()
        let (flood, quiet) = (Queue.Group(), Queue.Group())
        let party = Queue.Party(PartyKey(1, .known))
        let (first, second) = (
            Queue.Line(of: flood, for: party), Queue.Line(of: flood, for: party)
        )
        let other = Queue.Line(of: quiet, for: party)
        for item in 0..<4 { queue.append(item, to: first) }
        for item in 10..<12 { queue.append(item, to: second) }
        for item in 20..<22 { queue.append(item, to: other) }
        #expect(queue.count == 8)
        var items: [Int] = []
        while let (item, _) = queue.popFirst() { items.append(item) }
        #expect(items == [0, 20, 10, 21, 1, 11, 2, 3])
        #expect(queue.isEmpty)
    }

    @Test("who comes to a flood is next but one, whatever waits")
    func newcomer() {
        var queue = Queue()
        let party = Queue.Party(PartyKey(1, .known))
        let flood = Queue.Line(of: Queue.Group(), for: party)
        for item in 0..<10_000 { queue.append(item, to: flood) }
        _ = queue.popFirst()
        queue.append(-1, to: Queue.Line(of: Queue.Group(), for: party))
        #expect(queue.popFirst()?.item == 1)
        #expect(queue.popFirst()?.item == -1)
        #expect(queue.popFirst()?.item == 2)
    }

    @Test("what holds it together goes with what waits")
    func memory() {
        weak var line: Queue.Line?
        weak var group: Queue.Group?
        var queue = Queue()
        do {
            let own = Queue.Group()
            let made = Queue.Line(of: own, for: Queue.Party(PartyKey(1, .known)))
            (line, group) = (made, own)
            queue.append(1, to: made)
        }
        #expect(line != nil && group != nil)
        #expect(queue.popFirst()?.item == 1)
        #expect(line == nil && group == nil)
        #expect(queue.popFirst()?.item == nil)
    }

    @Test("nobody has two turns while another waits for one")
    func bound() {
        let seed = UInt64.random(in: .min ... .max)
        print("turns: seed \(seed)")
        var random = SplitMix(seed: seed)
        for round in 0..<50 {
            var run = Run(groups: Int.random(in: 1...8, using: &random))
            for _ in 0..<4_000 { run.step(&random) }
            run.finish()
            #expect(run.problems.isEmpty, "seed \(seed), round \(round): \(run.problems.prefix(3))")
        }
    }

    /// A queue of random groups and lines, and what each of them has seen pass while it waited.
    private struct Run {
        private struct Place: Hashable {
            let group: Int
            let line: Int
        }

        private var queue = TurnQueue<(place: Place, number: Int)>()
        private var lines: [[TurnQueue<(place: Place, number: Int)>.Line]] = []
        private var appended: [Place: Int] = [:]
        private var popped: [Place: Int] = [:]
        /// How many turns others had since it waits for its own.
        private var groupsPassed: [Int: [Int: Int]] = [:]
        private var linesPassed: [Place: [Int: Int]] = [:]
        private(set) var problems: [String] = []

        init(groups: Int) {
            for group in 0..<groups {
                let made = TurnQueue<(place: Place, number: Int)>.Group()
                let party = TurnQueue<(place: Place, number: Int)>.Party(PartyKey(group, .known))
                // The first is a flood of one line, the others have some.
                lines.append((0...group).map { _ in .init(of: made, for: party) })
            }
        }

        mutating func step(_ random: inout SplitMix) {
            guard Int.random(in: 0..<5, using: &random) < 3 else { return pop() }
            let isFlood = Bool.random(using: &random)
            let group = isFlood ? 0 : Int.random(in: 0..<lines.count, using: &random)
            let line = Int.random(in: 0..<lines[group].count, using: &random)
            let place = Place(group: group, line: line)
            if waiting(place) == 0 {
                if !lines[group].indices.contains(where: {
                    waiting(Place(group: group, line: $0)) > 0
                }) {
                    groupsPassed[group] = [:]
                }
                linesPassed[place] = [:]
            }
            queue.append((place, appended[place, default: 0]), to: lines[group][line])
            appended[place, default: 0] += 1
        }

        private func waiting(_ place: Place) -> Int {
            appended[place, default: 0] - popped[place, default: 0]
        }

        mutating func finish() {
            while !queue.isEmpty { pop() }
            if appended != popped { problems.append("something was lost") }
        }

        private mutating func pop() {
            guard let (place, number) = queue.popFirst()?.item else { return }
            if number != popped[place, default: 0] { problems.append("\(place) is out of order") }
            popped[place, default: 0] += 1
            for group in groupsPassed.keys where group != place.group {
                groupsPassed[group]?[place.group, default: 0] += 1
                if groupsPassed[group]?[place.group] ?? 0 > 1 {
                    problems.append("\(place.group) passed \(group) twice")
                }
            }
            for line in linesPassed.keys where line.group == place.group && line != place {
                linesPassed[line]?[place.line, default: 0] += 1
                if linesPassed[line]?[place.line] ?? 0 > 1 {
                    problems.append("\(place) passed \(line) twice")
                }
            }
            linesPassed[place] = waiting(place) > 0 ? [:] : nil
            let isWaiting = lines[place.group].indices.contains {
                waiting(Place(group: place.group, line: $0)) > 0
            }
            groupsPassed[place.group] = isWaiting ? [:] : nil
        }
    }

    @Test("a ring keeps its order while it grows")
    func ring() {
        var ring = FIFO<Int>()
        var (first, last) = (0, 0)
        for step in 0..<1_000 {
            for _ in 0...(step % 7) {
                ring.append(last)
                last += 1
            }
            for _ in 0..<(step % 6) {
                #expect(ring.popFirst() == first)
                first += 1
            }
        }
        #expect(ring.count == last - first)
        while let item = ring.popFirst() {
            #expect(item == first)
            first += 1
        }
        #expect(first == last && ring.isEmpty)
    }
}
