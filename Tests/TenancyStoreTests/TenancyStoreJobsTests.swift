internal import Postgres
internal import Tenancy
internal import TenancyStore
internal import Testing

@Suite struct TenancyStoreJobsTests {
    private static let context = AuditContext(actor: "service:tenancyd")

    private static func claim(_ fixture: StoreFixture) async throws -> JobClaim? {
        try await fixture.store.claimJob(
            among: ScheduledJob.allCases, server: "test", context: context)
    }

    private static func run(_ claim: JobClaim, _ fixture: StoreFixture) async throws -> JobProgress
    {
        try await fixture.run(claim, keeping: Retention(activityMonths: 1, usageMonths: 1))
    }

    @Test("Every job is done, in the order in which they have waited")
    func every() async throws {
        try await StoreFixture.with { fixture in
            // However slow the machine, none comes round a second time meanwhile.
            _ = try await fixture.superuser.query("UPDATE scheduled_jobs SET run_every = '1 day'")
            var jobs: Set<ScheduledJob> = []
            while let claim = try await Self.claim(fixture) {
                #expect(claim.run == 1)
                #expect(jobs.insert(claim.job).inserted)
                _ = try await Self.run(claim, fixture)
            }
            #expect(jobs == Set(ScheduledJob.allCases))
            #expect(
                try await fixture.number("SELECT count(*) FROM scheduled_jobs")
                    == Int64(ScheduledJob.allCases.count))
        }
    }

    @Test("Of many servers that look at once, each job has one")
    func atOnce() async throws {
        try await StoreFixture.with { fixture in
            let claims = try await withThrowingTaskGroup(of: JobClaim?.self) { group in
                for _ in 0..<24 { group.addTask { try await Self.claim(fixture) } }
                return try await group.reduce(into: [JobClaim]()) { claims, claim in
                    if let claim { claims.append(claim) }
                }
            }
            #expect(claims.count == Set(claims.map(\.job)).count)
            #expect(claims.allSatisfy { $0.run == 1 })
        }
    }

    @Test("A server that lost its claim does nothing more")
    func lostClaim() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("lost").id
            try await Self.makeDue(fixture, tenant)
            _ = try await fixture.superuser.query(
                """
                UPDATE scheduled_jobs SET next_run_at = 'infinity'
                WHERE name <> 'settle_subscriptions'
                """)
            let lost = try #require(try await Self.claim(fixture))
            _ = try await fixture.superuser.query(
                "UPDATE scheduled_jobs SET claimed_until = now() WHERE claimed_by IS NOT NULL")
            let held = try #require(try await Self.claim(fixture))
            #expect(held.run == lost.run + 1)
            let result = try await code {
                try await fixture.store.advance(
                    lost, from: nil, retention: Retention(), context: Self.context)
            }
            #expect(result == .aborted)
            #expect(
                try await fixture.store.finish(lost, succeeded: true, context: Self.context)
                    == false)
            #expect(try await Self.due(fixture) == 1)
            #expect(try await Self.run(held, fixture).done == 1)
            #expect(try await Self.due(fixture) == 0)
        }
    }

    @Test("What is due of more tenants than one step takes is done once for each")
    func manySteps() async throws {
        try await StoreFixture.with { fixture in
            let count = Int(TenancyStore.settledPerStepMax) * 2 + 7
            for index in 0..<count { _ = try await fixture.createTenant("due-\(index)") }
            _ = try await fixture.superuser.query(Self.makeDue("tenant_id > 1"))
            let claim = try #require(try await Self.claimSettling(fixture))
            let progress = try await Self.run(claim, fixture)
            #expect(progress.done == count)
            #expect(progress.failedCount == 0)
            let resets = try await fixture.number(
                """
                SELECT count(*) FROM tenant_activity_logs l WHERE action = 'usage_reset'
                    AND actor = 'service:tenancyd'
                """)
            #expect(resets == Int64(count))
        }
    }

    private static func claimSettling(_ fixture: StoreFixture) async throws -> JobClaim? {
        while let claim = try await claim(fixture) {
            if claim.job == .settleSubscriptions { return claim }
        }
        return nil
    }

    private static func due(_ fixture: StoreFixture) async throws -> Int64 {
        try await fixture.number(
            "SELECT count(*) FROM tenant_subscriptions WHERE due_at <= clock_timestamp()")
    }

    private static func makeDue(_ fixture: StoreFixture, _ tenant: TenantID) async throws {
        _ = try await fixture.superuser.query(makeDue("tenant_id = \(tenant)"))
    }

    /// Puts the month of tenants back by one. Put down to the superuser.
    private static func makeDue(_ condition: String) -> SQL {
        .once(
            unsafeSQL: """
                UPDATE tenant_subscriptions
                SET period_start = period_start - interval '1 month', period_end = period_start
                WHERE \(condition)
                """)
    }
}

extension StoreFixture {
    /// Does all of a run.
    func run(_ claim: JobClaim, keeping retention: Retention) async throws -> JobProgress {
        var progress = JobProgress()
        while !progress.isFinished {
            progress.take(
                try await store.advance(
                    claim, from: progress.position, retention: retention, context: Self.context))
        }
        #expect(try await store.finish(claim, succeeded: true, context: Self.context))
        return progress
    }

    /// Has one job done now, and answers how much there was to do.
    func run(_ job: ScheduledJob, keeping retention: Retention) async throws -> Int {
        _ = try await superuser.query("UPDATE scheduled_jobs SET next_run_at = now()")
        let claim = try #require(
            try await store.claimJob(among: [job], server: "test", context: Self.context))
        return try await run(claim, keeping: retention).done
    }
}
