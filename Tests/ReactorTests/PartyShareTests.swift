internal import TestSupport
internal import Testing

@testable internal import Reactor

/// A loop in which parties always have something to do, or sometimes, without a loop: each piece of
/// work moves a clock, and where nobody may work the clock goes on to who may next.
@Suite("Shares of a loop's time")
struct PartyShareTests {
    private typealias Queue = TurnQueue<Int>

    private struct Loop {
        var queue: Queue
        var now = MonotonicInstant(nanoseconds: 10_000_000_000)
        private(set) var time: [Int: UInt64] = [:]
        private var lines: [Int: Queue.Line] = [:]
        private var parties: [Int: Queue.Party] = [:]
        private var askedAt: [Int: MonotonicInstant] = [:]

        init(percent: Int) { queue = Queue(share: PartyShare(PartyShareRule(percent: percent))) }

        mutating func append(_ id: Int, line: Int = 0, count: Int = 1) {
            let party = parties[id] ?? Queue.Party(PartyKey(id, .known))
            parties[id] = party
            let place = id << 8 | line
            let made = lines[place] ?? Queue.Line(of: Queue.Group(), for: party)
            lines[place] = made
            for _ in 0..<count { queue.append(id, to: made) }
        }

        /// The party asks again some time from now.
        mutating func ask(_ id: Int, after nanoseconds: UInt64) {
            askedAt[id] = now.advanced(byNanoseconds: nanoseconds)
        }

        /// Whose turn it was; nil when nobody may work before the clock reaches `end`.
        mutating func work(_ nanoseconds: UInt64, before end: MonotonicInstant) -> Int? {
            while true {
                for (id, time) in askedAt where time <= now {
                    askedAt[id] = nil
                    append(id)
                }
                queue.release(now: now)
                if let (id, party) = queue.popFirst() {
                    now = now.advanced(byNanoseconds: nanoseconds)
                    time[id, default: 0] += nanoseconds
                    queue.charge(party, nanoseconds: nanoseconds, now: now)
                    return id
                }
                let next = min(queue.nextRelease ?? end, askedAt.values.min() ?? end)
                guard next < end else { return nil }
                now = next
            }
        }
    }

    private static let second: UInt64 = 1_000_000_000

    @Test("a party alone has the whole of it")
    func alone() {
        var loop = Loop(percent: 10)
        let end = loop.now.advanced(byNanoseconds: Self.second)
        loop.append(1, count: 100_000)
        while loop.now < end { #expect(loop.work(20_000, before: end) == 1) }
        #expect(loop.time[1] == Self.second)
    }

    @Test(
        "a flood beside a quiet party has its share and no more, over however many lines",
        arguments: [10, 25, 50, 90])
    func flood(percent: Int) {
        var loop = Loop(percent: percent)
        let end = loop.now.advanced(byNanoseconds: Self.second)
        for line in 0..<4 { loop.append(1, line: line, count: 100_000) }
        loop.append(2)
        while loop.now < end, let id = loop.work(20_000, before: end) {
            // What it does is little: without a pause its own share would end too.
            if id == 2 { loop.ask(2, after: 400_000) }
        }
        let taken = Double(loop.time[1] ?? 0) / Double(Self.second)
        let share = Double(percent) / 100
        // Besides its share it has what it had saved, and it is not kept from much of it.
        let saved = Double(PartyShare.savedMax) / Double(Self.second)
        #expect(taken < share * (1.02 + saved) + 0.002)
        #expect(taken > min(share, 0.9) * 0.7)
    }

    @Test("who is held goes on in the order in which it came, and nothing is lost")
    func order() {
        var queue = Queue(share: PartyShare(PartyShareRule(percent: 1)))
        let (flood, quiet) = (Queue.Party(PartyKey(1, .known)), Queue.Party(PartyKey(2, .known)))
        let line = Queue.Line(of: Queue.Group(), for: flood)
        let other = Queue.Line(of: Queue.Group(), for: quiet)
        var now = MonotonicInstant(nanoseconds: 10_000_000_000)
        queue.append(-1, to: other)
        #expect(queue.popFirst()?.item == -1)
        queue.charge(quiet, nanoseconds: 1, now: now)
        for item in 0..<100 { queue.append(item, to: line) }
        var items: [Int] = []
        while !queue.isEmpty {
            queue.release(now: now)
            while let (item, party) = queue.popFirst() {
                items.append(item)
                now = now.advanced(byNanoseconds: 100_000)
                queue.charge(party, nanoseconds: 100_000, now: now)
            }
            #expect(!queue.isReady)
            guard let next = queue.nextRelease else { break }
            now = next
            // What comes while it is held waits behind what was there.
            if items.count < 90 { queue.append(100 + items.count, to: line) }
        }
        let late = items.dropFirst(100)
        #expect(Array(items.prefix(100)) == Array(0..<100))
        #expect(late.count > 5 && Array(late) == late.sorted())
        #expect(queue.isEmpty)
    }

    @Test("who works for less than its share is never held, whatever the flood does")
    func quiet() {
        let seed = UInt64.random(in: .min ... .max)
        print("shares: seed \(seed)")
        var random = SplitMix(seed: seed)
        var loop = Loop(percent: 25)
        let end = loop.now.advanced(byNanoseconds: Self.second)
        loop.append(1, count: 100_000)
        var asked = loop.now
        loop.append(2)
        while let id = loop.work(.random(in: 5_000...50_000, using: &random), before: end) {
            guard id == 2 else { continue }
            // What the flood had under way, a turn of it, and its own work.
            #expect(loop.now.nanoseconds - asked.nanoseconds <= 150_000, "seed \(seed)")
            let pause = UInt64.random(in: 200_000...900_000, using: &random)
            asked = loop.now.advanced(byNanoseconds: pause)
            loop.ask(2, after: pause)
        }
        #expect(loop.time[2] ?? 0 > 0)
    }

    @Test("one piece of work counts as a quarter of a millisecond at most, and rest is saved up")
    func preempted() {
        let share = PartyShare(PartyShareRule(percent: 25))
        var flood = PartyShare.Account(PartyKey(1, .known))
        var quiet = PartyShare.Account(PartyKey(2, .known))
        let now = MonotonicInstant(nanoseconds: 10_000_000_000)
        _ = share.charge(&quiet, nanoseconds: 1_000, now: now)
        // During each of them the kernel ran others for as long as it liked.
        for _ in 0..<PartyShare.savedMax / 4 / PartyShare.workMax {
            #expect(share.charge(&flood, nanoseconds: 30_000_000, now: now) == nil)
        }
        let until = share.charge(&flood, nanoseconds: 30_000_000, now: now)
        #expect(until == now.advanced(byNanoseconds: 1_000_000 + PartyShare.period))
    }

    @Test("a stranger has a share, and holds nobody; who has none is never held")
    func kinds() {
        let rule = PartyShareRule(percent: 1)
        let share = PartyShare(rule)
        let now = MonotonicInstant(nanoseconds: 10_000_000_000)
        func isHeld(_ id: Int, _ kind: PartyKey.Kind) -> Bool {
            var account = PartyShare.Account(PartyKey(id, kind))
            let held = (0..<100).map { _ in
                share.charge(&account, nanoseconds: 250_000, now: now) != nil
            }
            return held.contains(true)
        }
        #expect(!isHeld(1, .stranger))
        // Neither the stranger nor a probe that nobody names makes another of anybody.
        #expect(!isHeld(2, .unlimited) && !isHeld(3, .known))
        #expect(isHeld(1, .stranger) && isHeld(4, .known))
        #expect(!isHeld(2, .unlimited))
    }

    @Test("of a party with many lines some go on at once, and all in the end")
    func manyLines() {
        var queue = Queue(share: PartyShare(PartyShareRule(percent: 1)))
        let (flood, quiet) = (Queue.Party(PartyKey(1, .known)), Queue.Party(PartyKey(2, .known)))
        var now = MonotonicInstant(nanoseconds: 10_000_000_000)
        queue.charge(quiet, nanoseconds: 1, now: now)
        for _ in 0..<100 { queue.charge(flood, nanoseconds: 250_000, now: now) }
        let count = Queue.linesPerRelease * 3 / 2
        for item in 0..<count {
            queue.append(item, to: Queue.Line(of: Queue.Group(), for: flood))
        }
        #expect(queue.popFirst() == nil && queue.count == count)
        var rounds: [Int] = []
        while let next = queue.nextRelease {
            now = next
            queue.release(now: now)
            var items = 0
            while queue.popFirst() != nil { items += 1 }
            rounds.append(items)
        }
        #expect(rounds == [Queue.linesPerRelease, count - Queue.linesPerRelease])
        #expect(queue.isEmpty)
    }

    @Test("of more lines than go on at once, each has its turns, however few a release has")
    func everyLine() {
        var queue = Queue(share: PartyShare(PartyShareRule(percent: 1)))
        let (flood, quiet) = (Queue.Party(PartyKey(1, .known)), Queue.Party(PartyKey(2, .known)))
        var now = MonotonicInstant(nanoseconds: 10_000_000_000)
        for turns in [1, 3, 64] {
            let count = Queue.linesPerRelease + turns
            let lines = (0..<count).map { _ in Queue.Line(of: Queue.Group(), for: flood) }
            for (item, line) in lines.enumerated() { queue.append(item, to: line) }
            var seen: [Int: Int] = [:]
            for _ in 0..<count * 4 {
                queue.charge(quiet, nanoseconds: 1, now: now)
                queue.release(now: now)
                for _ in 0..<turns {
                    guard let (item, _) = queue.popFirst() else { break }
                    seen[item, default: 0] += 1
                    queue.append(item, to: lines[item])
                }
                for _ in 0..<500 { queue.charge(flood, nanoseconds: 250_000, now: now) }
                // Those that went on and had no turn are met now, and held again.
                #expect(queue.popFirst() == nil)
                now = queue.nextRelease ?? now
            }
            #expect(seen.count == count, "\(turns)")
            // Until the next round there is nothing to be done any more.
            now = now.advanced(byNanoseconds: 1_000_000_000)
            while !queue.isEmpty {
                queue.release(now: now)
                while queue.popFirst() != nil {}
                guard let next = queue.nextRelease else { break }
                now = next
            }
            #expect(queue.isEmpty)
        }
    }

    @Test("what comes while a party is held is owed, and does not keep it out for ever")
    func sliding() throws {
        var queue = Queue(share: PartyShare(PartyShareRule(percent: 1)))
        let (flood, quiet) = (Queue.Party(PartyKey(1, .known)), Queue.Party(PartyKey(2, .known)))
        var now = MonotonicInstant(nanoseconds: 10_000_000_000)
        queue.charge(quiet, nanoseconds: 1, now: now)
        for _ in 0..<100 { queue.charge(flood, nanoseconds: 250_000, now: now) }
        let release = try #require(queue.nextRelease)
        for _ in 0..<1_000 {
            now = now.advanced(byNanoseconds: 10_000)
            queue.charge(flood, nanoseconds: 10_000, now: now)
        }
        #expect(queue.nextRelease == release)
    }

    @Test("a party that goes and comes again owes what it owed, until that is nothing")
    func parties() {
        let parties = JobParties()
        var now = MonotonicInstant(nanoseconds: 10_000_000_000)
        let key = PartyKey(1, .known)
        let party = parties.enter(key, now: now)
        #expect(parties.enter(key, now: now) === party)
        parties.leave(party, now: now)
        parties.leave(party, now: now)
        now = now.advanced(byNanoseconds: JobParties.idleTime - 1)
        #expect(parties.enter(key, now: now) === party)
        parties.leave(party, now: now)
        // What was noted of the first time it went says nothing of the second.
        now = now.advanced(byNanoseconds: JobParties.idleTime - 1)
        _ = parties.enter(PartyKey(2, .known), now: now)
        #expect(parties.count == 2)
        now = now.advanced(byNanoseconds: 1)
        #expect(parties.enter(key, now: now) !== party)
        #expect(parties.count == 2)
    }

    @Test("who was seen counts for a second, on whichever loop")
    func presence() {
        let rule = PartyShareRule(percent: 50)
        let (share, elsewhere) = (PartyShare(rule), PartyShare(rule))
        var flood = PartyShare.Account(PartyKey(1, .known))
        var quiet = PartyShare.Account(PartyKey(2, .known))
        var now = MonotonicInstant(nanoseconds: 10_000_000_000)
        _ = elsewhere.charge(&quiet, nanoseconds: 1_000, now: now)
        now = now.advanced(byNanoseconds: 900_000_000)
        var isHeld = false
        for _ in 0..<400 {
            isHeld = share.charge(&flood, nanoseconds: 250_000, now: now) != nil || isHeld
        }
        #expect(isHeld)
        now = now.advanced(byNanoseconds: 200_000_000)
        for _ in 0..<400 {
            #expect(share.charge(&flood, nanoseconds: 250_000, now: now) == nil)
        }
    }

    @Test("of two and more that come and go, each has others as long as another was there lately")
    func others() {
        let seed = UInt64.random(in: .min ... .max)
        print("shares: seed \(seed)")
        var random = SplitMix(seed: seed)
        let presence = PartyPresence()
        var seen: [Int: UInt64] = [:]
        var now: UInt64 = 10_000_000_000
        for _ in 0..<20_000 {
            let stepMax: UInt64 = Bool.random(using: &random) ? 1_000_000 : 600_000_000
            now += .random(in: 0...stepMax, using: &random)
            let id = Int.random(in: 1...3, using: &random)
            presence.saw(id, MonotonicInstant(nanoseconds: now))
            seen[id] = now
            let ages = seen.filter { $0.key != id }.map { now - $0.value }
            let hasOthers = presence.hasOthers(than: id, MonotonicInstant(nanoseconds: now))
            // What is seen again within a sixteenth of a second may not be noted.
            if ages.contains(where: { $0 < 900_000_000 }) { #expect(hasOthers, "seed \(seed)") }
            if ages.allSatisfy({ $0 > 1_100_000_000 }) { #expect(!hasOthers, "seed \(seed)") }
        }
    }
}
