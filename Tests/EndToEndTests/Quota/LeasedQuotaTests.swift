internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Units from the memory of several servers", .timeLimit(.minutes(5)))
struct LeasedQuotaTests {
    /// Takes single units until it is refused; answers how many were admitted.
    static func drain(
        _ services: Services, _ code: String, callers: Int = 8
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<callers {
                group.addTask {
                    var admitted = 0
                    while true {
                        do throws(RPCError) {
                            let answer = try await services.consume(
                                1, .apiCalls, of: code, durability: .leased)
                            #expect(answer.current <= answer.max)
                            #expect(answer.durability == .leased && !answer.degraded)
                            admitted += 1
                        } catch {
                            #expect(error.code == .resourceExhausted, "\(error)")
                            return admitted
                        }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
    }

    static func setLimit(
        _ limit: Int, of code: String, in deployment: Deployment
    ) async throws {
        _ = try await deployment.query(
            """
            UPDATE tenant_subscriptions SET max_api_calls = \(limit) WHERE tenant_id =
                (SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(code)')
            """)
    }

    /// The counters that differ from the ledger; of a tenant, where other tests move counters by
    /// hand.
    static func unreconciled(
        _ deployment: Deployment, of code: String? = nil
    ) async throws -> Int64 {
        let ofTenant = code.map { " AND t.tenant_code = '\($0)'" } ?? ""
        return try await deployment.number(
            """
            SELECT count(*) FROM tenants t, reconcile_tenant_usage(t.id) r
            WHERE r.counted <> r.recorded\(ofTenant)
            """)
    }

    @Test("are together exactly the limit, and each server gets what another has free")
    func exact() async throws {
        let deployment = try await Deployment()
        let second = try await deployment.startAnotherServer("second")
        try await deployment.withServices(over: .unix) { first in
            try await deployment.withServices(of: second) { second in
                let code = try await first.createTenant("shared")
                try await Self.setLimit(3_000, of: code, in: deployment)
                // Both hold units from here on, and more than they need.
                for services in [first, second] {
                    try await services.consume(1, .apiCalls, of: code, durability: .leased)
                }
                // All that is left at one of them, so the other has to give back.
                let all = try await first.consume(
                    2_998, .apiCalls, of: code, durability: .leased)
                #expect(all.remaining == 0)
                for services in [first, second] {
                    let error = try await expectFailure(.resourceExhausted) {
                        try await services.consume(1, .apiCalls, of: code, durability: .leased)
                    }
                    #expect(try error.retryInfo != nil, "until the month ends")
                }
                let crowd = try await first.createTenant("crowd")
                try await Self.setLimit(5_000, of: crowd, in: deployment)
                async let one = Self.drain(first, crowd)
                async let two = Self.drain(second, crowd)
                #expect(try await one + two == 5_000)
                for services in [first, second] {
                    _ = try await services.quotas.getQuotas(.init(tenantCode: crowd))
                }
                #expect(
                    try await Usage(of: .apiCalls, code: crowd, in: deployment)
                        == Usage(counter: 5_000, days: 5_000, activity: 5_000))
                #expect(try await Self.unreconciled(deployment) == 0)
            }
        }
        try await deployment.shutdown()
    }

    @Test("come back from a server that hears no notification")
    func withoutNotifications() async throws {
        let deployment = try await Deployment()
        let relay = try DatabaseRelay(to: deployment.postgres, in: "\(deployment.folder)/relay")
        defer { relay.end() }
        let deaf = try await deployment.startAnotherServer("deaf", postgres: relay.folder)
        relay.swallowNotifications()
        try await deployment.withServices(over: .unix) { first in
            try await deployment.withServices(of: deaf) { deaf in
                let code = try await first.createTenant("unheard")
                try await Self.setLimit(1_000, of: code, in: deployment)
                try await deaf.consume(1, .apiCalls, of: code, durability: .leased)
                // All that is left. Unasked, the other gives it back after a minute: a call waits
                // three seconds, ten calls for half of that.
                var isBack = false
                for _ in 0..<10 where !isBack {
                    let all = try? await first.consume(
                        999, .apiCalls, of: code, durability: .leased)
                    isBack = all?.remaining == 0
                }
                #expect(isBack)
            }
        }
        try await deployment.shutdown()
    }

    @Test("of a server that is killed count as consumed, and the loss is written down")
    func killed() async throws {
        let deployment = try await Deployment()
        let second = try await deployment.startAnotherServer("second")
        try await deployment.withServices(over: .unix) { first in
            let code = try await first.createTenant("lost")
            try await Self.setLimit(1_000, of: code, in: deployment)
            let acknowledged = try await deployment.withServices(of: second) { second in
                for _ in 0..<5 {
                    try await second.consume(1, .apiCalls, of: code, durability: .leased)
                }
                _ = try await second.quotas.getQuotas(.init(tenantCode: code))
                return 5
            }
            #expect(kill(second.processID, SIGKILL) == 0)
            // As if the server had been silent for its time.
            _ = try await deployment.query(
                """
                UPDATE quota_holders SET alive_until = now() - interval '1 second'
                WHERE name LIKE '%-\(second.processID)/%'
                """)
            _ = try await deployment.query(
                "BEGIN; SET LOCAL ROLE tenancy_platform; "
                    + "SELECT reclaim_quota_leases('0 seconds') "
                    + "FROM generate_series(1, 8); COMMIT")
            let admitted = try await Self.drain(first, code)
            #expect(admitted + acknowledged <= 1_000)
            let lost = try await deployment.number(
                "SELECT coalesce(sum(units), 0) FROM tenant_usage_ledger WHERE kind = 'adjusted'")
            _ = try await first.quotas.getQuotas(.init(tenantCode: code))
            #expect(Int64(admitted + acknowledged) + lost == 1_000)
            #expect(try await Self.unreconciled(deployment) == 0)
        }
        try await deployment.shutdown()
    }

    @Test("go on for a while without the database, marked as such, and then are refused")
    func withoutDatabase() async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("islands")
            try await services.consume(1, .apiCalls, of: code, durability: .leased)
            try await deployment.stopPostgres(mode: "immediate")
            var degraded = 0
            while true {
                do throws(RPCError) {
                    let answer = try await services.consume(
                        1, .apiCalls, of: code, durability: .leased)
                    if answer.degraded { degraded += 1 }
                } catch {
                    #expect(error.code == .unavailable, "\(error)")
                    break
                }
            }
            try await deployment.startPostgres()
            while (try? await services.consume(1, .apiCalls, of: code, durability: .leased))
                == nil
            { try Task.checkCancellation() }
            _ = try await services.quotas.getQuotas(.init(tenantCode: code))
            #expect(try await Self.unreconciled(deployment) == 0)
        }
        try await deployment.shutdown()
    }

    @Test("stop with the tenant: who was told so gets no more from that server, however busy it is")
    func stopped() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("stopped")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        while !Task.isCancelled {
                            _ = try? await services.consume(
                                1, .apiCalls, of: code, durability: .committed)
                        }
                    }
                }
                for _ in 0..<10 {
                    try await services.consume(1, .apiCalls, of: code, durability: .leased)
                    _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
                    let error = try await expectFailure(.failedPrecondition) {
                        try await services.consume(1, .apiCalls, of: code, durability: .leased)
                    }
                    #expect(try error.errorInfo?.reason == "TENANT_NOT_ACTIVE")
                    _ = try await services.tenants.reactivateTenant(.init(tenantCode: code))
                }
                _ = try await services.subscriptions.cancelSubscription(
                    .init(tenantCode: code, immediately: true))
                let error = try await expectFailure(.failedPrecondition) {
                    try await services.consume(1, .apiCalls, of: code, durability: .leased)
                }
                #expect(try error.errorInfo?.reason == "SUBSCRIPTION_NOT_ACTIVE")
                group.cancelAll()
            }
        }
    }

    @Test("follow a limit that is changed, and a version that a caller demands")
    func liveLimit() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("live")
            let before = try await services.consume(
                1, .apiCalls, of: code, durability: .leased)
            try await Self.setLimit(20_000, of: code, in: deployment)
            let after = try await services.quotas.consume(
                ConsumeRequest(
                    tenantCode: code, resource: .apiCalls, amount: 1, durability: .leased,
                    minLimitVersion: before.limitVersion + 1))
            #expect(after.max == 20_000 && after.limitVersion == before.limitVersion + 1)
            let error = try await expectFailure(.failedPrecondition) {
                try await services.quotas.consume(
                    ConsumeRequest(
                        tenantCode: code, resource: .apiCalls, amount: 1,
                        minLimitVersion: before.limitVersion + 2))
            }
            #expect(try error.errorInfo?.reason == "LIMIT_VERSION_AHEAD")
            try await Self.setLimit(1, of: code, in: deployment)
            // What was set aside under the old limit may be given, not more.
            while true {
                do throws(RPCError) {
                    try await services.consume(1, .apiCalls, of: code, durability: .leased)
                } catch {
                    #expect(error.code == .resourceExhausted, "\(error)")
                    break
                }
            }
        }
    }
}
