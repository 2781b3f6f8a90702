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
            let party = parties[id] ?? Queue.Party(id: id)
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
        let (flood, quiet) = (Queue.Party(id: 1), Queue.Party(id: 2))
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
        var (flood, quiet) = (PartyShare.Account(id: 1), PartyShare.Account(id: 2))
        let now = MonotonicInstant(nanoseconds: 10_000_000_000)
        _ = share.charge(&quiet, nanoseconds: 1_000, now: now)
        // During each of them the kernel ran others for as long as it liked.
        for _ in 0..<PartyShare.savedMax / 4 / PartyShare.workMax {
            #expect(!share.charge(&flood, nanoseconds: 30_000_000, now: now))
        }
        #expect(share.charge(&flood, nanoseconds: 30_000_000, now: now))
        #expect(flood.heldUntil == now.advanced(byNanoseconds: 1_000_000 + PartyShare.period))
    }

    @Test("who was seen counts for a second, on whichever loop")
    func presence() {
        let rule = PartyShareRule(percent: 50)
        let (share, elsewhere) = (PartyShare(rule), PartyShare(rule))
        var (flood, quiet) = (PartyShare.Account(id: 1), PartyShare.Account(id: 2))
        var now = MonotonicInstant(nanoseconds: 10_000_000_000)
        _ = elsewhere.charge(&quiet, nanoseconds: 1_000, now: now)
        now = now.advanced(byNanoseconds: 900_000_000)
        var isHeld = false
        for _ in 0..<400 { isHeld = share.charge(&flood, nanoseconds: 250_000, now: now) || isHeld }
        #expect(isHeld)
        now = now.advanced(byNanoseconds: 200_000_000)
        for _ in 0..<400 { #expect(!share.charge(&flood, nanoseconds: 250_000, now: now)) }
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
