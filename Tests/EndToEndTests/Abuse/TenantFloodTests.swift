internal import TTRPC
internal import TenancyAPI
internal import Testing

/// One loop, so that a flood and whoever comes besides share everything that there is to share.
@Suite("One tenant's flood", .timeLimit(.minutes(5)))
struct TenantFloodTests {
    private static let callsMax = 48
    private static let settings = [
        "TENANCY_LOOPS": "1", "TENANCY_LIMITS_CALLS_PER_CONNECTION_MAX": "\(callsMax)",
    ]

    /// Fills a connection with calls that wait: as many as it may have in flight, which the first
    /// refusal tells. Answers how many were answered in the end, when `meanwhile` has returned and
    /// `release` has let them go.
    private func flood<Answer: Sendable>(
        _ call: @escaping @Sendable () async throws -> Answer,
        meanwhile: () async throws -> Void, release: () async throws -> Void
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { calls in
            func begin() {
                calls.addTask {
                    do {
                        _ = try await call()
                        return true
                    } catch let error as RPCError {
                        #expect(error.code == .resourceExhausted, "\(error)")
                        return false
                    }
                }
            }
            for _ in 0...Self.callsMax { begin() }
            let first = try await calls.next()
            #expect(first == false, "nothing of the flood is answered yet")
            try await meanwhile()
            try await release()
            var answered = 0
            for try await isAnswered in calls where isAnswered { answered += 1 }
            return answered
        }
    }

    private func check(_ services: Services, _ code: String) async throws -> CheckQuotaResponse {
        try await services.quotas.checkQuota(
            .init(tenantCode: code, resource: .storage, amount: 1, durability: .committed))
    }

    @Test("of questions that wait for its own units is no other tenant's wait")
    func checks() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        try await deployment.withServices(over: .unix) { flooding in
            let code = try await flooding.createTenant("flooding")
            let quietCode = try await flooding.createTenant("quiet")
            try await flooding.consume(1, .storage, of: code, durability: .leased)
            let lock = try await RowLock(
                """
                SELECT FROM tenant_subscriptions s JOIN tenants t ON t.id = s.tenant_id
                    WHERE t.tenant_code = '\(code)' FOR UPDATE
                """, in: deployment)
            // What memory gives has to be reported before a question can be answered.
            try await flooding.consume(1, .storage, of: code, durability: .leased)
            let answered = try await flood {
                try await check(flooding, code)
            } meanwhile: {
                try await deployment.withServices(over: .unix) { quiet in
                    #expect(try await check(quiet, quietCode).allowed)
                    let quotas = try await quiet.quotas.getQuotas(.init(tenantCode: quietCode))
                    #expect(quotas.quotas != nil)
                }
            } release: {
                try await lock.release()
            }
            #expect(answered == Self.callsMax)
        }
        try await deployment.shutdown()
    }

    @Test("of changes that wait for its own row is no other tenant's wait")
    func changes() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        try await deployment.withServices(over: .unix) { flooding in
            let code = try await flooding.createTenant("changing")
            let quietCode = try await flooding.createTenant("quiet")
            let lock = try await RowLock(
                "SELECT FROM tenants WHERE tenant_code = '\(code)' FOR UPDATE", in: deployment)
            let answered = try await flood {
                try await flooding.quotas.reserve(
                    .init(tenantCode: code, resource: .storage, amount: 1))
            } meanwhile: {
                try await deployment.withServices(over: .unix) { quiet in
                    try await quiet.addUser("somebody", .viewer, to: quietCode)
                    try await quiet.consume(1, .storage, of: quietCode)
                    #expect(try await check(quiet, quietCode).allowed)
                }
            } release: {
                try await lock.release()
            }
            #expect(answered == Self.callsMax)
        }
        try await deployment.shutdown()
    }
}
