internal import TestSupport
internal import Testing

@testable internal import Postgres

@Suite("Pool, as a structure")
struct PoolStateTests {
    private func pool(members: Int = 2, depth: Int = 2, waiters: Int = 3) -> PoolState {
        PoolState(membersMax: members, depthMax: depth, waitersMax: waiters)
    }

    private func connect(_ state: inout PoolState) throws -> Int {
        let id = state.connected()
        return try #require(id)
    }

    private func pool(with members: Int, depth: Int = 2) throws -> (PoolState, [Int]) {
        var state = pool(members: members, depth: depth)
        var ids: [Int] = []
        for _ in 0..<members { ids.append(try connect(&state)) }
        return (state, ids)
    }

    @Test("connections are opened one at a time, for who waits, up to the limit")
    func growth() throws {
        var state = pool()
        #expect(state.mustConnect() == false, "nobody waits")
        #expect(state.admit(.request) == .waits(1))
        #expect(state.mustConnect() == true)
        #expect(state.mustConnect() == false, "one is on its way")
        let first = try connect(&state)
        #expect(state.nextAssignment() == .init(waiter: 1, member: first))
        #expect(state.mustConnect() == false, "nobody waits")
        #expect(state.admit(.request) == .member(first))
        #expect(state.mustConnect() == true, "two share one connection")
        _ = try connect(&state)
        for _ in 0..<3 { _ = state.admit(.request) }
        #expect(state.mustConnect() == false, "the pool is full")
        #expect(state.memberCount == 2)
    }

    @Test("a request goes where the least is under way, up to the depth")
    func leastBusy() throws {
        var (state, ids) = try pool(with: 2)
        #expect(state.admit(.request) == .member(ids[0]))
        #expect(state.admit(.request) == .member(ids[1]))
        #expect(state.admit(.request) == .member(ids[0]))
        state.answered(ids[1])
        #expect(state.admit(.request) == .member(ids[1]))
        #expect(state.admit(.request) == .member(ids[1]))
        #expect(state.admit(.request) == .waits(1))
    }

    @Test("a lease takes a connection on which nothing is under way, and has it alone")
    func lease() throws {
        var (state, ids) = try pool(with: 2)
        #expect(state.admit(.request) == .member(ids[0]))
        #expect(state.admit(.lease) == .member(ids[1]))
        #expect(state.admit(.lease) == .waits(1))
        #expect(state.admit(.request) == .waits(2), "nobody passes who waits")
        #expect(state.nextAssignment() == nil)
        state.answered(ids[0])
        #expect(state.nextAssignment() == .init(waiter: 1, member: ids[0]))
        #expect(state.nextAssignment() == nil, "both are lent")
        state.released(ids[1])
        #expect(state.nextAssignment() == .init(waiter: 2, member: ids[1]))
    }

    @Test("who has left the line is passed over")
    func leaving() throws {
        var state = pool(members: 1, depth: 1)
        #expect((1...3).map { _ in state.admit(.request) } == [.waits(1), .waits(2), .waits(3)])
        #expect(state.admit(.request) == .refused)
        #expect(state.leave(1) == true)
        #expect(state.leave(1) == false)
        #expect(state.waiterCount == 2)
        let id = try connect(&state)
        #expect(state.nextAssignment() == .init(waiter: 2, member: id))
        #expect(state.nextAssignment() == nil)
        state.answered(id)
        #expect(state.nextAssignment() == .init(waiter: 3, member: id))
    }

    @Test("a blocked connection takes nothing until it is free again")
    func blocked() throws {
        var (state, ids) = try pool(with: 1)
        state.setBlocked(ids[0], true)
        #expect(state.admit(.request) == .waits(1))
        state.setBlocked(ids[0], false)
        #expect(state.nextAssignment() == .init(waiter: 1, member: ids[0]))
    }

    @Test("after a failed attempt the pool rests, and then tries again for who still waits")
    func resting() {
        var state = pool()
        _ = state.admit(.lease)
        #expect(state.mustConnect() == true)
        #expect(state.connectFailed() == true)
        #expect(state.mustConnect() == false)
        state.rested()
        #expect(state.mustConnect() == true)
        #expect(state.connectFailed() == true)
        #expect(state.leave(1) == true)
        state.rested()
        #expect(state.mustConnect() == false, "nobody waits any more")
    }

    @Test("a lost connection makes room for another")
    func lost() throws {
        var (state, ids) = try pool(with: 1)
        #expect(state.admit(.lease) == .member(ids[0]))
        #expect(state.admit(.lease) == .waits(1))
        #expect(state.mustConnect() == false)
        state.lost(ids[0])
        // The lender gives it back later; that changes nothing.
        state.released(ids[0])
        #expect(state.mustConnect() == true)
        let next = try connect(&state)
        #expect(next != ids[0])
        #expect(state.nextAssignment() == .init(waiter: 1, member: next))
    }

    @Test("a closed pool names who waited, and takes nobody and nothing any more")
    func closing() {
        var state = pool()
        _ = state.admit(.request)
        _ = state.admit(.lease)
        #expect(state.mustConnect() == true)
        #expect(state.close() == [1, 2])
        #expect(state.admit(.request) == .closed)
        #expect(state.connected() == nil)
        #expect(state.connectFailed() == false)
        #expect(state.mustConnect() == false)
    }

    @Test("whatever happens, no limit is passed and nobody is forgotten")
    func invariants() {
        let seed = UInt64.random(in: .min ... .max)
        print("pool: seed \(seed)")
        var random = SplitMix(seed: seed)
        for _ in 0..<200 { simulate(&random, seed) }
    }

    private func simulate(_ random: inout SplitMix, _ seed: UInt64) {
        var state = pool(members: 3, depth: 4, waiters: 20)
        var loads: [Int: Int] = [:]
        var lent: Set<Int> = []
        var waiting: [UInt64: PoolState.Wish] = [:]
        func give(_ member: Int, _ wish: PoolState.Wish) {
            #expect(!lent.contains(member) && loads[member] != nil, "seed \(seed)")
            if wish == .lease {
                #expect(loads[member] == 0, "seed \(seed)")
                lent.insert(member)
            } else {
                loads[member, default: 0] += 1
                #expect(loads[member, default: 0] <= 4, "seed \(seed)")
            }
        }
        for _ in 0..<300 {
            let member = loads.keys.sorted().randomElement(using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let wish: PoolState.Wish = Bool.random(using: &random) ? .request : .lease
                switch state.admit(wish) {
                case .member(let id): give(id, wish)
                case .waits(let id): waiting[id] = wish
                case .refused, .closed: #expect(waiting.count == 20, "seed \(seed)")
                }
            case 4..<7:
                guard let member else { break }
                if lent.remove(member) != nil {
                    state.released(member)
                } else if let load = loads[member], load > 0 {
                    loads[member] = load - 1
                    state.answered(member)
                }
            case 7:
                guard let id = waiting.keys.sorted().randomElement(using: &random) else { break }
                waiting[id] = nil
                #expect(state.leave(id) == true, "seed \(seed)")
            case 8:
                guard let member else { break }
                loads[member] = nil
                lent.remove(member)
                state.lost(member)
            default:
                if state.mustConnect(), let id = state.connected() { loads[id] = 0 }
            }
            while let next = state.nextAssignment() {
                give(next.member, waiting.removeValue(forKey: next.waiter) ?? .request)
            }
            #expect(loads.count <= 3, "seed \(seed)")
            #expect(state.waiterCount == waiting.count, "seed \(seed)")
        }
    }
}
