internal import TestSupport
internal import Testing

@testable internal import Postgres

@Suite("Pool, shared by parties")
struct PoolFairnessTests {
    private static func pool(_ members: Int, depth: Int) throws -> (PoolState, [Int]) {
        var state = PoolState(membersMax: members, depthMax: depth, waitersMax: 10_000)
        var ids: [Int] = []
        for _ in 0..<members {
            let id = state.connected()
            ids.append(try #require(id))
        }
        return (state, ids)
    }

    @Test("a flood gets half of the connections and an eighth of their depth, and no more")
    func share() throws {
        var (state, ids) = try Self.pool(4, depth: 16)
        let given = (0..<10).map { _ in state.admit(.request, for: 1) }
        #expect(given[..<4] == [ids[0], ids[1], ids[0], ids[1]].map { .member($0) }[...])
        #expect(given[4...].map { $0 } == (1...6).map { .waits($0) })
        #expect(state.nextAssignment() == nil)
        #expect(state.waitsForItsOwn(1) && state.waitsForItsOwn(6))
        // Another party passes, onto a connection that the flood has nothing on.
        #expect(state.admit(.request, for: 2) == .member(ids[2]))
        #expect(state.admit(.lease, for: 3) == .member(ids[3]))
        // What is answered is the next one's of the same party.
        state.answered(ids[1], for: 1)
        #expect(state.nextAssignment() == .init(waiter: 1, member: ids[1]))
        #expect(state.nextAssignment() == nil)
    }

    @Test("what one party may not have is no reason for another to wait, on one connection too")
    func oneConnection() throws {
        var (state, ids) = try Self.pool(1, depth: 16)
        #expect(state.admit(.request, for: 1) == .member(ids[0]))
        #expect(state.admit(.request, for: 1) == .member(ids[0]))
        #expect(state.admit(.request, for: 1) == .waits(1))
        #expect(state.admit(.request, for: 2) == .member(ids[0]))
        #expect(state.admit(.request) == .member(ids[0]), "the service itself has no share")
        #expect(state.admit(.lease, for: 3) == .waits(2))
        #expect(state.admit(.request, for: 2) == .waits(3), "a lease is not passed")
        #expect(state.waitsForItsOwn(1) && !state.waitsForItsOwn(2) && !state.waitsForItsOwn(3))
    }

    @Test("leases count: who holds its share of connections waits for its own")
    func leases() throws {
        var (state, ids) = try Self.pool(4, depth: 8)
        #expect(state.admit(.lease, for: 1) == .member(ids[0]))
        #expect(state.admit(.lease, for: 1) == .member(ids[1]))
        #expect(state.admit(.lease, for: 1) == .waits(1))
        #expect(state.admit(.request, for: 1) == .waits(2))
        #expect(state.admit(.lease, for: 2) == .member(ids[2]))
        state.lost(ids[0])
        #expect(state.nextAssignment() == .init(waiter: 1, member: ids[3]))
        #expect(state.nextAssignment() == nil)
        state.released(ids[1])
        #expect(state.nextAssignment() == .init(waiter: 2, member: ids[1]))
    }

    @Test("those who wait are served in turns, each party in its own order")
    func turns() throws {
        var (state, ids) = try Self.pool(1, depth: 1)
        #expect(state.admit(.lease) == .member(ids[0]))
        for _ in 0..<5 { _ = state.admit(.request, for: 1) }
        for _ in 0..<2 { _ = state.admit(.request, for: 2) }
        _ = state.admit(.request, for: 3)
        state.released(ids[0])
        var order: [UInt64] = []
        while let next = state.nextAssignment() {
            order.append(next.waiter)
            state.answered(next.member, for: Self.party(of: next.waiter))
        }
        #expect(order == [1, 6, 8, 2, 7, 3, 4, 5])
    }

    private static func party(of waiter: UInt64) -> Int64 {
        waiter <= 5 ? 1 : waiter <= 7 ? 2 : 3
    }

    @Test("whatever happens, shares hold, turns are kept, and nobody starves")
    func property() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("fairness: seed \(seed)")
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            var run = try Run(&random)
            for _ in 0..<400 { run.step(&random) }
            run.drain(&random)
            #expect(run.problems.isEmpty, "seed \(seed): \(run.problems.prefix(3))")
        }
    }

    /// A pool and what is known of it from outside.
    private struct Run {
        struct Held {
            let member: Int
            let wish: PoolState.Wish
            let party: Int64?
        }

        private let membersMax: Int
        private let depthMax: Int
        private var state: PoolState
        private var alive: Set<Int> = []
        private var held: [Held] = []
        private var waiting: [UInt64: (wish: PoolState.Wish, party: Int64?)] = [:]
        /// Who has been served since each waiter came to be the first of its party.
        private var passed: [UInt64: [Int64: Int]] = [:]
        private(set) var problems: [String] = []

        init(_ random: inout SplitMix) throws {
            membersMax = Int.random(in: 1...6, using: &random)
            depthMax = Int.random(in: 1...32, using: &random)
            state = PoolState(membersMax: membersMax, depthMax: depthMax, waitersMax: 50)
        }

        mutating func step(_ random: inout SplitMix) {
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<6:
                // Party 1 floods.
                let party: Int64? =
                    Bool.random(using: &random)
                    ? 1 : [nil, 2, 3, 4].randomElement(using: &random) ?? nil
                let wish: PoolState.Wish =
                    Int.random(in: 0..<4, using: &random) == 0 ? .lease : .request
                switch state.admit(wish, for: party) {
                case .member(let id):
                    if waiting.values.contains(where: { $0.party == party }) {
                        problems.append("\(party ?? 0) has passed its own")
                    }
                    give(Held(member: id, wish: wish, party: party))
                case .waits(let id): waiting[id] = (wish, party)
                case .refused: if waiting.count < 50 { problems.append("refused too early") }
                case .closed: problems.append("closed")
                }
            case 6..<10: finishOne(&random)
            case 10:
                guard let id = waiting.keys.sorted().randomElement(using: &random) else { break }
                waiting[id] = nil
                passed[id] = nil
                if !state.leave(id) { problems.append("\(id) did not wait") }
            default:
                let one = alive.sorted().randomElement(using: &random)
                if let id = one, Bool.random(using: &random) {
                    alive.remove(id)
                    held.removeAll { $0.member == id }
                    state.lost(id)
                } else if state.mustConnect(), let id = state.connected() {
                    alive.insert(id)
                }
            }
            serve()
        }

        /// Nothing new comes; what is there ends one after the other.
        mutating func drain(_ random: inout SplitMix) {
            if alive.isEmpty, !waiting.isEmpty, state.mustConnect(), let id = state.connected() {
                alive.insert(id)
            }
            serve()
            while !held.isEmpty {
                finishOne(&random)
                serve()
            }
            if !waiting.isEmpty { problems.append("\(waiting.count) starve") }
        }

        private mutating func finishOne(_ random: inout SplitMix) {
            guard let place = held.indices.randomElement(using: &random) else { return }
            let one = held.remove(at: place)
            switch one.wish {
            case .request: state.answered(one.member, for: one.party)
            case .lease: state.released(one.member)
            }
        }

        private mutating func serve() {
            while let next = state.nextAssignment() {
                guard let (wish, party) = waiting.removeValue(forKey: next.waiter) else {
                    problems.append("\(next.waiter) was not waiting")
                    return
                }
                passed[next.waiter] = nil
                if waiting.contains(where: { $0.value.party == party && $0.key < next.waiter }) {
                    problems.append("\(party ?? 0) is out of order")
                }
                give(Held(member: next.member, wish: wish, party: party))
                countTurn(of: party)
            }
            if state.waiterCount != waiting.count { problems.append("somebody is forgotten") }
        }

        /// A party that waits for a connection, and not for its own share, is passed by another at
        /// most once before its turn.
        private mutating func countTurn(of party: Int64?) {
            var first: [Int64: UInt64] = [:]
            for (id, waiter) in waiting where waiter.party != party {
                let key = waiter.party ?? 0
                first[key] = min(first[key] ?? id, id)
            }
            for id in first.values {
                guard let waiter = waiting[id], mayHaveMore(waiter.party) else {
                    passed[id] = nil
                    continue
                }
                passed[id, default: [:]][party ?? 0, default: 0] += 1
                if let count = passed[id]?[party ?? 0], count > 1 {
                    problems.append("\(party ?? 0) has passed \(waiter.party ?? 0) again")
                }
            }
        }

        private func mayHaveMore(_ party: Int64?) -> Bool {
            guard let party else { return true }
            return !held.contains { $0.party == party }
        }

        private mutating func give(_ one: Held) {
            let there = held.filter { $0.member == one.member }
            if !alive.contains(one.member) || there.contains(where: { $0.wish == .lease }) {
                problems.append("\(one.member) is not free")
            }
            if one.wish == .lease ? !there.isEmpty : there.count >= depthMax {
                problems.append("\(one.member) is full")
            }
            held.append(one)
            guard let party = one.party else { return }
            let own = held.filter { $0.party == party }
            if Set(own.map(\.member)).count > max(1, membersMax / 2) {
                problems.append("\(party) has too many connections")
            }
            if own.filter({ $0.member == one.member }).count > max(1, depthMax / 8) {
                problems.append("\(party) has too much of \(one.member)")
            }
        }
    }
}
