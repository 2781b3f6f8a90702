internal import Foundation
internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A server that is asked to stop", .timeLimit(.minutes(5)))
struct DrainTests {
    @Test("finishes its calls, refuses new ones, and finds its data when it starts again")
    func drain() async throws {
        let deployment = try await Deployment()
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("drained")
            try await services.consume(1, .users, of: code)
            return code
        }
        let lock = try await RowLock(
            "SELECT tenant_id FROM tenant_subscriptions FOR UPDATE", in: deployment)
        let socket = deployment.socket
        let inFlight = Task {
            try await deployment.withServices(over: .unix) {
                try await $0.consume(2, .users, of: code)
            }
        }
        try await deployment.waitUntil(
            """
            EXISTS (SELECT FROM pg_stat_activity
                WHERE usename = 'tenancy_app' AND wait_event_type = 'Lock')
            """)
        let refusal = try await onOwnThread {
            let other = try RawConnection.unix(socket)
            other.send(try RawFrame.healthCheck(stream: 1).bytes)
            _ = try other.receive()
            deployment.signalServer(SIGTERM)
            return try Self.firstRefusal(other, afterStream: 1)
        }
        // Closed, or told that the call was not begun.
        #expect(refusal == nil || refusal == .unavailable)
        try await lock.release()
        #expect(try await inFlight.value.current == 3)
        #expect(try await deployment.serverExitStatus() == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))

        try await deployment.startServer()
        try await deployment.withServices(over: .tls) { services in
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.users?.current == 3)
        }
        try await deployment.shutdown()
    }

    /// Calls on a connection from before until the signal has arrived; answers with the status of
    /// the first call that was refused, or nil when the connection was closed.
    private static func firstRefusal(
        _ connection: RawConnection, afterStream last: UInt32
    ) throws -> RPCError.Code? {
        var stream = last
        while true {
            stream += 2
            connection.send(try RawFrame.healthCheck(stream: stream).bytes)
            guard let code = try connection.receive()?.statusCode else { return nil }
            guard code == .ok else { return code }
        }
    }

    @Test("ends when its time for draining is over, whatever is still in flight")
    func endlessCall() async throws {
        let deployment = try await Deployment(settings: [
            "TENANCY_LIMITS_DRAIN_TIME_MAX_MS": "200"
        ])
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("endless")
        }
        let lock = try await RowLock(
            "SELECT tenant_id FROM tenant_subscriptions FOR UPDATE", in: deployment)
        let inFlight = Task {
            try await deployment.withServices(over: .unix) {
                try await $0.consume(2, .users, of: code)
            }
        }
        try await deployment.waitUntil(
            """
            EXISTS (SELECT FROM pg_stat_activity
                WHERE usename = 'tenancy_app' AND wait_event_type = 'Lock')
            """)
        deployment.signalServer(SIGTERM)
        // The lock is still held: only the limit ends this.
        _ = try await deployment.serverExitStatus()
        await #expect(throws: (any Error).self) { try await inFlight.value }
        try await lock.release()
        try await deployment.shutdown()
    }

    @Test("says NOT_SERVING first, and takes calls for as long as it is to be noticed")
    func notice() async throws {
        // Longer than the suite may take: what is answered here is answered within the notice.
        let deployment = try await Deployment(settings: ["TENANCY_DRAIN_NOTICE_MS": "3600000"])
        try await deployment.withServices(over: .unix) { services in
            var changes = try await services.health.watch(.init()).makeAsyncIterator()
            #expect(try await changes.next()?.status == .serving)
            deployment.signalServer(SIGTERM)
            #expect(try await changes.next()?.status == .notServing)
            #expect(try await services.health.check(.init()).status == .notServing)
            let answer = try await services.tenants.getTenant(.init(tenantCode: "default"))
            #expect(answer.tenant != nil)
            let page = try await HTTPGet("/readyz", port: deployment.operationsPort)
            #expect(page.status == 503)
        }
        deployment.signalServer(SIGKILL)
        #expect(try await deployment.serverExitStatus() == 128 + SIGKILL)
        try await deployment.shutdown()
    }

    @Test("tells who watches its health, and does not wait for them")
    func watchers() async throws {
        // Longer than the suite may take: only a watch that is ended lets the server stop in time.
        let deployment = try await Deployment(settings: [
            "TENANCY_LIMITS_DRAIN_TIME_MAX_MS": "3600000"
        ])
        try await deployment.withServices(over: .unix) { services in
            var statuses: [Grpc_Health_V1_HealthCheckResponse.ServingStatus] = []
            for try await answer in try await services.health.watch(.init()) {
                statuses.append(answer.status)
                if statuses.count == 1 { deployment.signalServer(SIGTERM) }
            }
            #expect(statuses == [.serving, .notServing])
        }
        #expect(try await deployment.serverExitStatus() == 0)
        try await deployment.shutdown()
    }
}
