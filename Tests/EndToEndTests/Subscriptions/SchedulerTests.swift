internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("The scheduler", .timeLimit(.minutes(10)))
struct SchedulerTests {
    private static let settings = ["TENANCY_SCHEDULER_INTERVAL_MS": "50"]
    private static let tenants = 120

    @Test("does each thing once, however many servers look for it, and goes on after one is lost")
    func once() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        let others = try await [
            deployment.startOtherServer(Self.settings), deployment.startOtherServer(Self.settings),
        ]
        let codes = try await deployment.withServices(over: .unix) { services in
            var codes: [String] = []
            for index in 0..<Self.tenants {
                codes.append(try await services.createTenant("due-\(index)"))
            }
            return codes
        }
        for round in 1...2 {
            // A month ends for all of them while every server looks.
            _ = try await deployment.query(Self.monthEnds)
            try await deployment.waitUntil(Self.nothingIsDue)
            #expect(
                try await deployment.query(Self.resetsPerTenant) == ["\(Self.tenants)|\(round)"])
            #expect(
                try await deployment.query(Self.chargesPerTenant) == ["\(Self.tenants)|\(round)"])
        }
        // What happened while no server was there happens when one is.
        for other in others { other.kill() }
        deployment.signalServer(SIGKILL)
        _ = try await deployment.serverExitStatus()
        _ = try await deployment.query(Self.monthEnds + ";" + Self.trialEnds(of: codes[0]))
        try await deployment.startServer()
        try await deployment.waitUntil(Self.nothingIsDue)
        #expect(try await deployment.query(Self.resetsPerTenant) == ["\(Self.tenants)|3"])
        let expired = try await deployment.withServices(over: .unix) { services in
            try await services.subscription(of: codes[0])
        }
        #expect(expired.status == .expired)
        try await deployment.shutdown()
    }

    /// Puts down to the superuser what the test does, so that what the servers do can be counted.
    private static let monthEnds = """
        UPDATE tenant_subscriptions
        SET status = 'active', trial_ends_at = NULL, monthly_price_paise = 100,
            period_start = period_start - interval '1 month', period_end = period_start,
            billing_period_start = period_start - interval '1 month',
            billing_period_end = period_start
        WHERE tenant_id > 1
        """

    private static func trialEnds(of code: String) -> String {
        """
        UPDATE tenant_subscriptions SET status = 'trial', trial_ends_at = now() - interval '1 day'
        WHERE tenant_id = (SELECT id FROM tenants WHERE tenant_code = '\(code)')
        """
    }

    private static let nothingIsDue =
        "NOT EXISTS (SELECT FROM tenant_subscriptions WHERE due_at <= clock_timestamp())"

    /// How many tenants there are of each number of resets.
    private static let resetsPerTenant = """
        SELECT count(*), resets FROM (
            SELECT count(*) AS resets FROM tenant_activity_logs
            WHERE action = 'usage_reset' AND actor = 'service:tenancyd' AND tenant_id > 1
            GROUP BY tenant_id) AS t
        GROUP BY resets
        """

    private static let chargesPerTenant = """
        SELECT count(*), charges FROM (
            SELECT count(*) AS charges FROM tenant_subscription_charges
            WHERE reason = 'period' AND tenant_id > 1 GROUP BY tenant_id) AS t
        GROUP BY charges
        """
}

extension Deployment {
    /// Another `tenancyd` on the same database, with a socket of its own. Returns when it serves.
    func startOtherServer(_ settings: [String: String]) async throws -> Conversation {
        var environment = ChildProcess.cleanEnvironment
        environment["TENANCY_DATA"] = folder
        environment["TENANCY_SOCKET"] = "\(folder)/\(Examples.code("other")).sock"
        environment["TENANCY_TLS_PORT"] = "0"
        environment["TENANCY_OPS_PORT"] = "0"
        environment["TENANCY_DATABASE_URL"] =
            "postgresql://tenancy_app@/tenancy?host=\(postgres.socketFolder)"
        environment.merge(settings) { _, new in new }
        // Among the deployment's logs, which are searched for secrets.
        let messages = try TemporaryFile(keptAt: "\(folder)/\(Examples.code("other")).log")
        let server = try Conversation(
            BuildProducts.path("tenancyd"), ["serve"], environment: environment, errors: messages)
        try await onOwnThread {
            while let line = server.readLine() {
                if line == "ready" { return }
            }
            throw DeploymentError("the other server did not start: \(messages.contents())")
        }
        return server
    }
}
