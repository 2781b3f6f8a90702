internal import Foundation
internal import Synchronization
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

@Suite("Restarts behind sockets that stay open", .timeLimit(.minutes(60)))
struct RestartTests {
    /// `make restarts` asks for a hundred.
    private static let rounds =
        ProcessInfo.processInfo.environment["TEST_RESTART_ROUNDS"].flatMap(Int.init) ?? 5
    /// How many calls each client keeps in flight, over each of the two sockets.
    private static let callersPerClient = 16
    /// How many answers are waited for between two restarts.
    private static let answersPerRound = 500

    @Test("fail no idempotent call of the client library under full load")
    func noFailedCall() async throws {
        let deployment = try await Deployment()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("restarted")
        }
        deployment.signalServer(SIGTERM)
        #expect(try await deployment.serverExitStatus() == 0)
        let server = try ActivatedServer(beside: deployment)
        try await server.start()
        let clients = [
            try TenancyClient(socketPath: server.socket),
            try TenancyClient(
                host: "localhost", port: server.tlsPort, tls: deployment.administratorTLS),
        ]
        let load = Load(code: code)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for client in clients {
                for _ in 0..<Self.callersPerClient { tasks.addTask { await load.run(client) } }
            }
            for _ in 0..<Self.rounds {
                await load.answers(Self.answersPerRound)
                #expect(try await server.stop() == 0)
                try await server.start()
            }
            await load.answers(Self.answersPerRound)
            load.stop()
            try await tasks.waitForAll()
        }
        #expect(load.failures.isEmpty, "\(load.failures.prefix(5))")
        for client in clients { await client.close() }
        #expect(try await server.stop() == 0)
        // The sockets are somebody else's, and stay.
        #expect(FileManager.default.fileExists(atPath: server.socket))
        try await deployment.shutdown()
    }

    @Test("tell the service manager that the server lives, and keep callers waiting meanwhile")
    func watchdog() async throws {
        let deployment = try await Deployment()
        deployment.signalServer(SIGTERM)
        #expect(try await deployment.serverExitStatus() == 0)
        let server = try ActivatedServer(
            beside: deployment, settings: ["WATCHDOG_USEC": "300000"])
        try await server.start()
        for _ in 0..<3 { try await server.expectNotification("WATCHDOG=1") }
        #expect(try await server.stop() == 0)
        // Who comes while nobody serves waits, and is the first to be answered.
        let client = try TenancyClient(socketPath: server.socket)
        async let health = client.health.check(.init())
        try await server.start()
        #expect(try await health.status == .serving)
        await client.close()
        #expect(try await server.stop() == 0)
        try await deployment.shutdown()
    }
}

/// Callers that ask what may be asked twice, as fast as they are answered.
private final class Load: Sendable {
    private struct State {
        var answers = 0
        var failures: [String] = []
        var isStopped = false
        var waiter: (answers: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    private let code: String
    private let state = Mutex(State())

    init(code: String) {
        self.code = code
    }

    var failures: [String] { state.withLock { $0.failures } }

    func stop() {
        state.withLock { $0.isStopped = true }
    }

    /// Returns once so many more calls have been answered, or one has failed.
    func answers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                guard state.failures.isEmpty else { return continuation.resume() }
                state.waiter = (state.answers + count, continuation)
            }
        }
    }

    func run(_ client: TenancyClient) async {
        var turn = 0
        while !state.withLock({ $0.isStopped }) {
            turn += 1
            do throws(RPCError) {
                if turn.isMultiple(of: 2) {
                    _ = try await client.quota.checkQuota(
                        CheckQuotaRequest(tenantCode: code, resource: .apiCalls, amount: 1))
                } else {
                    _ = try await client.tenants.getTenant(GetTenantRequest(tenantCode: code))
                }
                count(nil)
            } catch {
                count("\(error)")
            }
        }
    }

    private func count(_ failure: String?) {
        state.withLock { state in
            if let failure { state.failures.append(failure) } else { state.answers += 1 }
            guard let waiter = state.waiter,
                state.answers >= waiter.answers || !state.failures.isEmpty
            else { return }
            state.waiter = nil
            waiter.continuation.resume()
        }
    }
}
