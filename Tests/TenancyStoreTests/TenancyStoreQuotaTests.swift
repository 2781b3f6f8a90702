internal import Postgres
internal import Tenancy
internal import TenancyStore
internal import Testing

@Suite struct TenancyStoreQuotaTests {
    @Test("64 callers at once take exactly what is left, and all records agree")
    func exact() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("busy").id
            // 1,000 of 10,000 are left.
            _ = try await fixture.store.consume(StoreFixture.consumption(of: tenant, 9_000))
            let admitted = try await withThrowingTaskGroup(of: UInt64.self) { group in
                for caller in 0..<64 {
                    group.addTask {
                        try await Self.consumeUntilDenied(fixture, tenant, caller: caller)
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(admitted == 1_000)
            let counter = try await fixture.number(
                "SELECT current_api_calls FROM tenant_subscriptions WHERE tenant_id = 2")
            let days = try await fixture.number(
                "SELECT sum(used)::int8 FROM tenant_resource_usage WHERE tenant_id = 2")
            let log = try await fixture.number(
                """
                SELECT sum((details ->> 'amount')::int8)::int8 FROM tenant_activity_logs
                WHERE tenant_id = 2 AND action = 'usage_consumed'
                """)
            #expect(counter == 10_000 && days == 10_000 && log == 10_000)
            #expect(
                try await fixture.number(
                    """
                    SELECT count(*) FROM tenant_activity_logs
                    WHERE tenant_id = 2 HAVING count(*) = max(sequence)
                    """) > 0)
        }
    }

    /// Takes one to three units at a time, until not even one is left.
    static func consumeUntilDenied(
        _ fixture: StoreFixture, _ tenant: TenantID, caller: Int
    ) async throws -> UInt64 {
        var admitted: UInt64 = 0
        var amount = UInt64(caller % 3 + 1)
        while true {
            do {
                let answer = try await fixture.store.consume(
                    StoreFixture.consumption(of: tenant, amount))
                #expect(answer.status.current <= answer.status.max)
                admitted += amount
            } catch let error as DomainError {
                guard case .quotaExceeded(let excess) = error.code else { throw error }
                #expect(excess.requested == amount)
                if amount == 1 { return admitted }
                amount = 1
            }
        }
    }

    @Test("The standing is the one of the example")
    func standing() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("axis-securities").id
            let taken: [(Resource, UInt64)] = [
                (.users, 3), (.apiCalls, 2_547), (.storage, 1_200_000_000), (.transactions, 156),
            ]
            for (resource, amount) in taken {
                _ = try await fixture.store.consume(
                    StoreFixture.consumption(of: tenant, amount, resource: resource))
            }
            let quotas = try await fixture.store.quotas(of: tenant)
            #expect(quotas.map(\.resource) == [.users, .apiCalls, .storage, .transactions])
            #expect(quotas.map(\.percentage) == [30.0, 25.47, 24.0, 15.6])
            #expect(quotas.map(\.currentShown) == [3, 2_547, 1.2, 156])
            #expect(quotas.map(\.maxShown) == [10, 10_000, 5, 1_000])
            #expect(quotas.map(\.isAvailable) == [true, true, true, true])
        }
    }

    @Test("A check answers whether the amount is left, and takes nothing")
    func check() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("checked").id
            let all = try await fixture.store.check(tenant, resource: .users, amount: 10)
            #expect(all.allowed && all.status.remaining == 10)
            #expect(all.decidedAt.microseconds > 1_700_000_000_000_000)
            #expect(
                try await fixture.store.check(tenant, resource: .users, amount: 11).allowed
                    == false)
            #expect(try await fixture.store.check(tenant, resource: .users, amount: 0).allowed)
            #expect(
                try await fixture.store.check(tenant, resource: .users, amount: .max).allowed
                    == false)
            #expect(try await fixture.store.quotas(of: tenant).allSatisfy { $0.current == 0 })
        }
    }

    @Test("A denied call changes nothing, however large the amount")
    func denied() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("denied").id
            _ = try await fixture.store.consume(StoreFixture.consumption(of: tenant, 1))
            let before = try await Self.everything(fixture)
            for amount in [10_000, UInt64(Int64.max)] {
                for key in ["", "key"] {
                    let result = try await code {
                        try await fixture.store.consume(
                            StoreFixture.consumption(of: tenant, amount, key: key))
                    }
                    let status = QuotaStatus(
                        resource: .apiCalls, current: 1, reserved: 0, max: 10_000)
                    guard case .quotaExceeded(var excess) = result else {
                        Issue.record("not refused: \(String(describing: result))")
                        continue
                    }
                    // Until the month ends, which is never far.
                    let wait = try #require(excess.retryAfterSeconds)
                    #expect(1...(31 * 86_400) ~= wait)
                    excess.retryAfterSeconds = nil
                    #expect(excess == QuotaExcess(status: status, requested: amount))
                }
            }
            #expect(try await Self.everything(fixture) == before)
        }
    }

    static func everything(_ fixture: StoreFixture) async throws -> String {
        try await fixture.superuser.query(
            """
            SELECT md5(concat(
                (SELECT string_agg(t::text, '' ORDER BY t::text) FROM tenant_subscriptions t),
                (SELECT string_agg(t::text, '' ORDER BY t::text) FROM tenant_resource_usage t),
                (SELECT string_agg(t::text, '' ORDER BY t::text) FROM tenant_activity_logs t),
                (SELECT string_agg(t::text, '' ORDER BY t::text) FROM idempotency_keys t)))
                AS state
            """
        )[0].decode("state")
    }

    @Test("A retry under the same key takes once and hears the same, even when nothing is left")
    func replay() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("retried").id
            let consumption = try StoreFixture.consumption(
                of: tenant, 10, resource: .users, key: "k", hash: [1])
            let answers = try await withThrowingTaskGroup(of: QuotaAnswer.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await fixture.store.consume(consumption) }
                }
                return try await group.reduce(into: [QuotaAnswer]()) { $0.append($1) }
            }
            #expect(answers.count { !$0.isReplay } == 1)
            #expect(Set(answers.map(\.status)).count == 1)
            #expect(Set(answers.map(\.decidedAt)).count == 1)
            #expect(answers[0].status.current == 10)
            let other = try StoreFixture.consumption(
                of: tenant, 9, resource: .users, key: "k", hash: [2])
            #expect(
                try await code { try await fixture.store.consume(other) } == .idempotencyKeyReused)
            // The same key of another tenant is another key.
            let neighbour = try await fixture.createTenant("neighbour").id
            #expect(
                try await fixture.store.consume(
                    StoreFixture.consumption(of: neighbour, 1, key: "k", hash: [9])
                ).isReplay == false)
        }
    }

    @Test("Validating alone decides, and takes nothing")
    func validateOnly() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("validated").id
            let possible = try StoreFixture.consumption(of: tenant, 10_000, validateOnly: true)
            #expect(try await fixture.store.consume(possible).status.current == 0)
            let impossible = try StoreFixture.consumption(of: tenant, 10_001, validateOnly: true)
            #expect(try await code { try await fixture.store.consume(impossible) } != nil)
            #expect(try await fixture.store.quotas(of: tenant).allSatisfy { $0.current == 0 })
        }
    }

    @Test("A tenant that may not work takes nothing, and its standing can still be read")
    func inactive() async throws {
        try await StoreFixture.with { fixture in
            let suspended = try await fixture.createTenant("suspended") {
                $0.status = .suspended
            }.id
            let lapsed = try await fixture.createTenant("lapsed").id
            _ = try await fixture.superuser.query(
                "UPDATE tenant_subscriptions SET status = 'expired' WHERE tenant_id = 3")
            let absent = try #require(TenantID(4_711))
            let cases: [(TenantID, DomainError.Code)] = [
                (suspended, .failedPrecondition(.tenantNotActive)),
                (lapsed, .failedPrecondition(.subscriptionNotActive)), (absent, .notFound),
            ]
            for (tenant, expected) in cases {
                let consumption = try StoreFixture.consumption(of: tenant, 1)
                #expect(
                    try await code { try await fixture.store.consume(consumption) } == expected)
                #expect(
                    try await code {
                        try await fixture.store.check(tenant, resource: .users, amount: 1)
                    } == expected)
            }
            #expect(try await fixture.store.quotas(of: suspended).count == 4)
        }
    }
}
