internal import Postgres
internal import Tenancy
internal import TenancyStore
internal import Testing

@Suite struct TenancyStoreSubscriptionsTests {
    private static func terms(of tenant: TenantID) -> ChangeTerms {
        ChangeTerms(
            operation: .changeSubscription, tenant: tenant, idempotency: nil,
            validateOnly: false, context: StoreFixture.context)
    }

    private static func request(
        _ plan: Plan, _ cycle: BillingCycle? = nil, _ policy: DowngradePolicy = .refuse
    ) throws -> PlanChangeRequest {
        var violations = FieldViolations()
        let request = PlanChangeRequest(
            plan: plan, cycle: cycle, policy: policy, customTerms: nil, violations: &violations)
        return try #require(request)
    }

    /// What was decided, and what the database then held.
    private static func change(
        _ fixture: StoreFixture, _ tenant: TenantID, _ request: PlanChangeRequest
    ) async throws -> (decided: PlanChange, stored: Subscription) {
        let decisions = Collected<PlanChange>()
        _ = try await fixture.store.change(terms(of: tenant), admit: { _ in }) { change in
            let decision = try PlanChange.decide(
                request, in: try await change.situation(expecting: .any))
            let stored = try await change.apply(decision)
            decisions.append(decision)
            // The trigger's time is later by what the statement took.
            var expected = decision.subscription
            expected.updatedAt = stored.updatedAt
            #expect(stored == expected)
            return []
        }
        let stored = try await fixture.store.subscription(
            of: tenant, context: StoreFixture.context)
        return (try #require(decisions.all.last), stored)
    }

    @Test("The plans are those of the table")
    func plans() async throws {
        try await StoreFixture.with { fixture in
            let plans = try await fixture.store.plans()
            #expect(plans.map(\.plan) == [.starter, .professional, .enterprise, .custom])
            #expect(plans.map(\.offer?.monthlyPrice.paise) == [0, 1_000_000, 10_000_000, nil])
            #expect(plans.map(\.offer?.limits.users) == [10, 100, 1_000, nil])
            #expect(plans.map(\.trialDays) == [30, 0, 0, 0])
        }
    }

    @Test("A change leaves exactly what was decided, and one charge that says so")
    func exact() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("exact").id
            let steps: [(Plan, BillingCycle?)] = [
                (.professional, nil), (.professional, .yearly), (.enterprise, nil),
                (.professional, .monthly), (.starter, nil),
            ]
            for (plan, cycle) in steps {
                let (decided, stored) = try await Self.change(
                    fixture, tenant, try Self.request(plan, cycle))
                var expected = decided.subscription
                expected.updatedAt = stored.updatedAt
                #expect(stored == expected)
                guard case .immediate(let proration) = decided.effect else {
                    Issue.record("at once")
                    continue
                }
                let charge = try await fixture.superuser.query(
                    """
                    SELECT credit_paise, charge_paise, amount_paise
                    FROM tenant_subscription_charges
                    WHERE tenant_id = \(tenant.rawValue)
                        AND subscription_version = \(stored.version)
                    """)
                #expect(charge.count == 1)
                let row = try #require(charge.first)
                #expect(try row.decode("credit_paise", as: Int64.self) == proration.credit.paise)
                #expect(try row.decode("charge_paise", as: Int64.self) == proration.charge.paise)
                #expect(
                    try row.decode("amount_paise", as: Int64.self) == proration.amountDue.paise)
            }
            #expect(
                try await fixture.number(
                    """
                    SELECT count(*) FROM tenant_activity_logs
                    WHERE tenant_id = 2 AND action = 'subscription_changed'
                        AND actor = 'platform:root' AND ip_address = '192.0.2.1'
                    """) == Int64(steps.count))
        }
    }

    @Test("A change is decided after what is due: it meets the month that has begun")
    func settledFirst() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("settled").id
            _ = try await fixture.store.consume(StoreFixture.consumption(of: tenant, 9_999))
            _ = try await Self.change(fixture, tenant, try Self.request(.professional))
            _ = try await fixture.store.consume(StoreFixture.consumption(of: tenant, 50_000))
            let refused = try await code {
                try await Self.change(fixture, tenant, try Self.request(.starter))
            }
            #expect(refused == .failedPrecondition(.usageAboveLimit))
            try await Self.endMonth(fixture, tenant)
            // Reading settles too, and nothing is due then.
            let read = try await fixture.store.subscription(
                of: tenant, context: StoreFixture.context)
            #expect(read.used.apiCalls == 0)
            #expect(read.billingPeriod == read.month)
            try await Self.endMonth(fixture, tenant)
            let (decided, stored) = try await Self.change(
                fixture, tenant, try Self.request(.starter))
            #expect(decided.conflicts.isEmpty)
            #expect(stored.terms.plan == .starter)
            #expect(stored.month.end > stored.updatedAt)
        }
    }

    @Test("A version that is not the one seen is refused")
    func versions() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("versions").id
            let result = try await code {
                try await fixture.store.change(Self.terms(of: tenant), admit: { _ in }) { change in
                    _ = try await change.situation(expecting: .exactly(9))
                    return []
                }
            }
            #expect(result == .versionMismatch)
        }
    }

    @Test("Many takings that meet the end of a month end it once, and count in the new one")
    func monthBoundary() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("boundary").id
            _ = try await fixture.store.consume(
                StoreFixture.consumption(of: tenant, 1_000, resource: .transactions))
            try await Self.endMonth(fixture, tenant)
            let answers = try await withThrowingTaskGroup(of: UInt64.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await fixture.store.consume(
                            StoreFixture.consumption(of: tenant, 25, resource: .transactions)
                        ).status.current
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(answers == Set((1...40).map { UInt64($0 * 25) }))
            #expect(
                try await fixture.number(
                    """
                    SELECT count(*) FROM tenant_activity_logs
                    WHERE action = 'usage_reset' AND actor = 'service:tenancyd'
                    """) == 1)
            #expect(
                try await fixture.store.quotas(of: tenant).map(\.current) == [0, 0, 0, 1_000])
        }
    }

    @Test("Usage is by the days of the tenant, days without any among them")
    func usage() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("used") {
                $0.timeZone = "Pacific/Kiritimati"
            }.id
            _ = try await fixture.store.consume(StoreFixture.consumption(of: tenant, 7))
            _ = try await fixture.superuser.query(
                """
                INSERT INTO tenant_resource_usage (tenant_id, usage_date, resource_type, used)
                VALUES (2, '2024-02-28', 'storage', 5000000000),
                    (2, '2024-03-01', 'storage', -1000000000), (2, '2024-03-01', 'users', 2)
                """)
            func report(
                _ start: String, _ end: String, _ resource: Resource? = nil
            ) async throws -> UsageReport {
                try await fixture.store.usage(
                    of: tenant,
                    try UsageRequest(
                        tenantCode: "", tenantID: tenant.rawValue, startDate: start,
                        endDate: end, resource: resource))
            }
            let old = try await report("2024-02-27", "2024-03-01")
            #expect(old.timeZone == "Pacific/Kiritimati")
            #expect(old.days.map(\.used.storageBytes) == [0, 5_000_000_000, 0, -1_000_000_000])
            #expect(old.totals.storageGigabytes == 4)
            #expect(old.totals.users == 2)
            let users = try await report("2024-02-27", "2024-03-01", .users)
            #expect(users.totals.storageBytes == 0)
            #expect(users.totals.users == 2)
            let month = try await report("", "")
            #expect(month.days.last?.used.apiCalls == 7)
            #expect(month.totals.apiCalls == 7)
            let absent = try #require(TenantID(4_711))
            let question = try UsageRequest(
                tenantCode: "", tenantID: 4_711, startDate: "", endDate: "", resource: nil)
            #expect(
                try await code { try await fixture.store.usage(of: absent, question) } == .notFound)
        }
    }

    private static func endMonth(_ fixture: StoreFixture, _ tenant: TenantID) async throws {
        _ = try await fixture.superuser.query(
            """
            UPDATE tenant_subscriptions
            SET period_start = period_start - interval '1 month', period_end = period_start,
                billing_period_start = period_start - interval '1 month',
                billing_period_end = period_start
            WHERE tenant_id = \(tenant.rawValue)
            """)
    }
}
