internal import Foundation
internal import Glibc
internal import Synchronization
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import TestSupport
internal import Testing

/// Real servers and a real database, killed at random while 64 clients take units of one tenant and
/// others those of a thousand: never more is admitted than the limit, and nothing that was
/// acknowledged as committed is lost.
@Suite("Quotas while servers and the database are killed", .timeLimit(.minutes(60)))
struct QuotaChaosTests {
    /// `make chaos` asks for fifty, and may bring a seed.
    private static let rounds = number("TEST_CHAOS_ROUNDS") ?? 3
    private static let seed = number("TEST_CHAOS_SEED").map { UInt64($0) } ?? .random(in: 1...9_999)
    private static let servers = 4
    private static let hotCallers = 64
    private static let otherCallers = 32
    private static let tenants = 1_001
    private static let limit = 60_000
    /// How many answers are waited for between two kills.
    private static let answersPerRound = 1_500

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test("admit never more than the limit, and lose nothing that was committed")
    func chaos() async throws {
        print("chaos: TEST_CHAOS_SEED=\(Self.seed)")
        var random = SplitMix(seed: Self.seed)
        let deployment = try await Deployment()
        let codes = try await deployment.withServices(over: .unix) { services in
            try await withThrowingTaskGroup(of: String.self) { tasks in
                for index in 0..<Self.tenants {
                    tasks.addTask { try await services.createTenant("chaos-\(index)") }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
        }
        _ = try await deployment.query(
            """
            UPDATE tenant_subscriptions SET max_api_calls = \(Self.limit),
                max_transactions = \(Self.limit) WHERE tenant_id > 1
            """)
        var running: [Deployment.AnotherServer] = []
        for index in 0..<Self.servers {
            running.append(try await deployment.startAnotherServer("s\(index)"))
        }
        let load = ChaosLoad(codes: codes, sockets: running.map(\.socket))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for caller in 0..<(Self.hotCallers + Self.otherCallers) {
                tasks.addTask { await load.run(caller, isHot: caller < Self.hotCallers) }
            }
            for round in 0..<Self.rounds {
                await load.answers(Self.answersPerRound)
                if Int.random(in: 0..<4, using: &random) == 0 {
                    try await deployment.stopPostgres(mode: "immediate")
                    try await deployment.startPostgres()
                } else {
                    let victim = Int.random(in: 0..<Self.servers, using: &random)
                    #expect(kill(running[victim].processID, SIGKILL) == 0)
                    running[victim] = try await deployment.startAnotherServer("r\(round)")
                    load.replace(victim, by: running[victim].socket)
                }
                try await Self.expectSound(deployment, load)
            }
            await load.answers(Self.answersPerRound)
            load.stop()
            try await tasks.waitForAll()
        }
        try await Self.expectEverythingFound(deployment, load)
        print("chaos: \(load.acknowledged.answers) answers, \(Self.rounds) kills")
        print("chaos: " + (try await Self.timeOfTheLastUnits(deployment, load)))
        try await deployment.shutdown()
    }

    /// What must be so at every moment.
    private static func expectSound(_ deployment: Deployment, _ load: ChaosLoad) async throws {
        // What was acknowledged before the look is in it.
        let acknowledged = load.acknowledged
        for row in try await rows(deployment) {
            #expect(row.apiCalls <= limit && row.transactions <= limit, "\(row)")
            #expect(row.transactions >= acknowledged.committed[row.code, default: 0], "\(row)")
            #expect(acknowledged.leased[row.code, default: 0] <= limit, "\(row)")
        }
    }

    /// Once everybody is back, and the dead are found dead.
    private static func expectEverythingFound(
        _ deployment: Deployment, _ load: ChaosLoad
    ) async throws {
        for socket in load.sockets {
            let client = try TenancyClient(socketPath: socket)
            for code in load.codes {
                _ = try await client.quota.getQuotas(.init(tenantCode: code))
            }
            await client.close()
        }
        _ = try await deployment.query(
            "UPDATE quota_holders SET alive_until = now() - interval '1 second'")
        _ = try await deployment.query(
            "BEGIN; SET LOCAL ROLE tenancy_platform; SELECT reclaim_quota_leases('0 seconds') "
                + "FROM generate_series(1, 1000); COMMIT")
        let acknowledged = load.acknowledged
        for row in try await rows(deployment) {
            #expect(row.apiCalls <= limit && row.transactions <= limit, "\(row)")
            #expect(row.apiCalls >= acknowledged.leased[row.code, default: 0], "\(row)")
            #expect(row.transactions >= acknowledged.committed[row.code, default: 0], "\(row)")
        }
        #expect(try await LeasedQuotaTests.unreconciled(deployment) == 0)
    }

    /// How long a caller waits for the last units of a tenant, when servers hold them all. Measured
    /// and told, and not judged: a busy machine is no broken promise.
    private static func timeOfTheLastUnits(
        _ deployment: Deployment, _ load: ChaosLoad
    ) async throws -> String {
        let clients = try load.sockets.map { try TenancyClient(socketPath: $0) }
        var waits: [Duration] = []
        for (turn, code) in load.codes.dropFirst().prefix(100).enumerated() {
            try await Self.setRight(code, by: clients, deployment)
            let used = try await clients[0].quota.getQuotas(.init(tenantCode: code))
            let current = Int(used.quotas?.apiCalls?.current ?? 0)
            try await LeasedQuotaTests.setLimit(current + 40, of: code, in: deployment)
            var left = UInt64(40)
            for client in clients {
                _ = try await client.quota.consume(
                    ConsumeRequest(
                        tenantCode: code, resource: .apiCalls, amount: 1, durability: .leased))
                left -= 1
            }
            let began = ContinuousClock.now
            let answer = try await clients[turn % clients.count].quota.consume(
                ConsumeRequest(
                    tenantCode: code, resource: .apiCalls, amount: left, durability: .leased))
            waits.append(ContinuousClock.now - began)
            #expect(answer.remaining == 0, "all that was free was given")
        }
        for client in clients { await client.close() }
        waits.sort()
        let (half, most) = (waits[waits.count / 2], waits[waits.count * 99 / 100])
        return "the last units near a limit came after \(half) in half of \(waits.count) cases, "
            + "after \(most) in 99 of 100"
    }

    /// Has servers that were taken for dead tell of what they hold of a tenant, which counted as
    /// consumed: with the first report they hear of it, with the second they give it back.
    private static func setRight(
        _ code: String, by clients: [TenancyClient], _ deployment: Deployment
    ) async throws {
        try await LeasedQuotaTests.setLimit(10 * limit, of: code, in: deployment)
        for client in clients {
            for _ in 0..<2 {
                _ = try await client.quota.consume(
                    ConsumeRequest(
                        tenantCode: code, resource: .apiCalls, amount: 1, durability: .leased))
                _ = try await client.quota.getQuotas(.init(tenantCode: code))
            }
        }
    }

    private struct Row {
        let code: String
        let apiCalls: Int
        let transactions: Int
    }

    private static func rows(_ deployment: Deployment) async throws -> [Row] {
        try await deployment.query(
            """
            SELECT t.tenant_code, s.current_api_calls + s.leased_api_calls,
                s.current_transactions + s.leased_transactions
            FROM tenants t JOIN tenant_subscriptions s ON s.tenant_id = t.id WHERE t.id > 1
            """
        ).map { line in
            let parts = line.split(separator: "|").map(String.init)
            return Row(
                code: parts[0], apiCalls: Int(parts[1]) ?? -1, transactions: Int(parts[2]) ?? -1)
        }
    }
}

/// Half of the callers take leased units, half committed ones; some of one hot tenant, the others
/// of all the rest in turn. A caller whose server is gone goes to another.
private final class ChaosLoad: Sendable {
    struct Acknowledged {
        var leased: [String: Int] = [:]
        var committed: [String: Int] = [:]
        var answers = 0
    }

    private struct State {
        var sockets: [String]
        var acknowledged = Acknowledged()
        var isStopped = false
        var waiting: (answers: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    let codes: [String]
    private let state: Mutex<State>

    init(codes: [String], sockets: [String]) {
        self.codes = codes
        state = Mutex(State(sockets: sockets))
    }

    var acknowledged: Acknowledged { state.withLock { $0.acknowledged } }
    var sockets: [String] { state.withLock { $0.sockets } }

    func replace(_ index: Int, by socket: String) {
        state.withLock { $0.sockets[index] = socket }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// Waits for so many answers more.
    func answers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiting = ($0.acknowledged.answers + count, continuation) }
        }
    }

    func run(_ caller: Int, isHot: Bool) async {
        var place = caller
        while let socket = socket(place) {
            place += 1
            guard let client = try? TenancyClient(socketPath: socket, configuration: Self.once)
            else { continue }
            await call(client, caller, isHot)
            await client.close()
        }
    }

    private static var once: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.retry.attemptsMax = 1
        return configuration
    }

    private func socket(_ place: Int) -> String? {
        state.withLock { $0.isStopped ? nil : $0.sockets[place % $0.sockets.count] }
    }

    /// Calls until the server is gone, or everything is over.
    private func call(_ client: TenancyClient, _ caller: Int, _ isHot: Bool) async {
        let isLeased = caller % 2 == 0
        var turn = 0
        while state.withLock({ !$0.isStopped }) {
            // Steps that no other number of callers divides: each of them comes to every tenant.
            let code = isHot ? codes[0] : codes[1 + (caller * 31 + turn) % (codes.count - 1)]
            turn += 1
            do throws(RPCError) {
                _ = try await client.quota.consume(
                    ConsumeRequest(
                        tenantCode: code, resource: isLeased ? .apiCalls : .transactions,
                        amount: 1, durability: isLeased ? .leased : .committed),
                    options: CallOptions(timeout: .seconds(10)))
                acknowledge(code, isLeased)
            } catch {
                answer()
                if error.code != .resourceExhausted { return }
            }
        }
    }

    private func acknowledge(_ code: String, _ isLeased: Bool) {
        state.withLock { state in
            if isLeased {
                state.acknowledged.leased[code, default: 0] += 1
            } else {
                state.acknowledged.committed[code, default: 0] += 1
            }
        }
        answer()
    }

    private func answer() {
        let waiting = state.withLock { state in
            state.acknowledged.answers += 1
            guard let waiting = state.waiting, state.acknowledged.answers >= waiting.answers
            else { return CheckedContinuation<Void, Never>?.none }
            state.waiting = nil
            return waiting.continuation
        }
        waiting?.resume()
    }
}
