internal import Glibc
internal import Synchronization
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A server that is killed while callers consume", .timeLimit(.minutes(5)))
struct KilledServerTests {
    private static let callers = 64
    private static let callsPerCaller = 10
    /// The acknowledgement at which the server is killed: in the middle.
    private static let killedAfter = 200

    @Test("loses nothing it acknowledged, and a retry takes nothing twice")
    func kill9() async throws {
        let deployment = try await Deployment()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("killed")
        }
        let log = AcknowledgementLog()
        await callUntilKilled(deployment, code, log)
        #expect(try await deployment.serverExitStatus() == 128 + SIGKILL)
        // What the killed server left running in Postgres ends by itself.
        try await deployment.waitUntil(
            "NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'tenancy_app')")
        let acknowledged = log.acknowledged.count
        #expect(acknowledged >= Self.killedAfter)
        let after = try await Usage(of: .transactions, code: code, in: deployment)
        #expect(after.counter >= acknowledged)
        #expect(after.counter <= 1000)
        #expect(
            after
                == Usage(
                    counter: after.counter, days: after.counter, activity: after.counter))

        try await deployment.startServer()
        try await deployment.withServices(over: .unix) { services in
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.transactions?.current == UInt64(after.counter))
            // Every call again, the answered ones too: each key counts once.
            for key in Self.keys {
                try await services.consume(1, .transactions, of: code, key: key)
            }
        }
        let count = Int64(Self.keys.count)
        #expect(
            try await Usage(of: .transactions, code: code, in: deployment)
                == Usage(counter: count, days: count, activity: count))
        try await deployment.shutdown()
    }

    private static let keys = (0..<callers).flatMap { caller in
        (0..<callsPerCaller).map { "\(caller)-\($0)" }
    }

    /// Returns when every caller has lost its server.
    private func callUntilKilled(
        _ deployment: Deployment, _ code: String, _ log: AcknowledgementLog
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for connection in 0..<4 {
                group.addTask {
                    // Losing the connection is what this is about.
                    try? await deployment.withServices(over: .unix) { services in
                        await Self.call(services, connection, deployment, code, log)
                    }
                }
            }
        }
    }

    private static func call(
        _ services: Services, _ connection: Int, _ deployment: Deployment, _ code: String,
        _ log: AcknowledgementLog
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<callers where caller % 4 == connection {
                group.addTask {
                    for call in 0..<callsPerCaller {
                        let key = "\(caller)-\(call)"
                        do throws(RPCError) {
                            try await services.consume(1, .transactions, of: code, key: key)
                            if log.append(key) == killedAfter { deployment.signalServer(SIGKILL) }
                        } catch {
                            return
                        }
                    }
                }
            }
        }
    }
}

/// The keys whose calls were answered with success.
final class AcknowledgementLog: Sendable {
    private let keys = Mutex<Set<String>>([])

    var acknowledged: Set<String> { keys.withLock { $0 } }

    /// Answers how many there are now.
    func append(_ key: String) -> Int {
        keys.withLock { keys in
            keys.insert(key)
            return keys.count
        }
    }
}
