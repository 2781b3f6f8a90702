internal import Postgres
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite("What passes its retention") struct RetentionTests {
    /// Moves the beginning of tenant 2's chain into the past, with hashes that fit, as if it had
    /// been written then: five rows three months ago, five two months ago, and two now.
    private static let age = """
        DO $$
        DECLARE
            v_row tenant_activity_logs;
            v_hash bytea := decode(repeat('00', 32), 'hex');
            v_at timestamptz;
        BEGIN
            FOR v_row IN SELECT * FROM tenant_activity_logs WHERE tenant_id = 2 ORDER BY sequence
            LOOP
                v_at := v_row.created_at - make_interval(months => CASE
                    WHEN v_row.sequence <= 5 THEN 3 WHEN v_row.sequence <= 10 THEN 2 ELSE 0 END);
                DELETE FROM tenant_activity_logs
                WHERE tenant_id = 2 AND sequence = v_row.sequence;
                INSERT INTO tenant_activity_logs
                SELECT 2, v_at, v_row.sequence, v_row.actor, v_row.action, v_row.entity_type,
                    v_row.entity_id, v_row.details, v_row.ip_address, v_row.user_agent, v_hash,
                    audit_row_hash(v_hash, 2, v_row.sequence, v_at, v_row.actor, v_row.action,
                        v_row.entity_type, v_row.entity_id, v_row.details, v_row.ip_address,
                        v_row.user_agent);
                SELECT row_hash INTO v_hash FROM tenant_activity_logs
                WHERE tenant_id = 2 AND sequence = v_row.sequence;
            END LOOP;
            UPDATE tenant_activity_heads SET row_hash = v_hash WHERE tenant_id = 2;
        END
        $$
        """

    private func withOldChain(
        _ body: (StoreFixture, TenantID) async throws -> Void
    ) async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("old").id
            _ = try await fixture.superuser.query(
                """
                SELECT append_tenant_activity(2, 'login', 'user', 'u', '{}')
                FROM generate_series(1, 10)
                """)
            _ = try await fixture.superuser.query(.once(unsafeSQL: Self.age))
            #expect(try await fixture.store.verifyActivity(of: tenant).fault == nil)
            try await body(fixture, tenant)
        }
    }

    private func expire(_ fixture: StoreFixture, keeping months: Int) async throws -> Int {
        try await fixture.run(.expireActivity, keeping: Retention(activityMonths: months))
    }

    @Test("goes by whole months, and what is kept is still proven")
    func dropped() async throws {
        try await withOldChain { fixture, tenant in
            #expect(try await expire(fixture, keeping: 3) == 0)
            #expect(try await expire(fixture, keeping: 2) == 1)
            let first = try await fixture.store.verifyActivity(of: tenant)
            #expect(first.fault == nil)
            #expect(first.firstKeptSequence == 6)
            // The chain says so itself.
            #expect(first.last.sequence == 13)
            #expect(try await expire(fixture, keeping: 2) == 0)
            #expect(try await expire(fixture, keeping: 1) == 1)
            let second = try await fixture.store.verifyActivity(of: tenant)
            #expect(second.fault == nil)
            #expect(second.firstKeptSequence == 11)
            #expect(
                try await fixture.number(
                    "SELECT count(*) FROM tenant_activity_logs WHERE tenant_id = 2") == 4)
        }
    }

    @Test(
        "does not make a cut look like it",
        arguments: [
            // The next rows go too, and the anchor follows them.
            (
                """
                WITH cut AS (
                    DELETE FROM tenant_activity_logs
                    WHERE tenant_id = 2 AND sequence BETWEEN 6 AND 8 RETURNING *)
                UPDATE tenant_activity_anchors a SET sequence = 8, row_hash = cut.row_hash
                FROM cut WHERE a.tenant_id = 2 AND cut.sequence = 8
                """, .missing, 6
            ),
            ("DELETE FROM tenant_activity_logs WHERE tenant_id = 2 AND sequence = 6", .missing, 6),
            ("DELETE FROM tenant_activity_anchors WHERE tenant_id = 2", .missing, 1),
            (
                "UPDATE tenant_activity_anchors SET row_hash = sha256('x') WHERE tenant_id = 2",
                .reordered, 6
            ),
        ] as [(String, AuditFault.Kind, Int64)])
    func forged(statement: String, kind: AuditFault.Kind, sequence: Int64) async throws {
        try await withOldChain { fixture, tenant in
            #expect(try await expire(fixture, keeping: 2) == 1)
            _ = try await fixture.superuser.query(.once(unsafeSQL: statement))
            #expect(
                try await fixture.store.verifyActivity(of: tenant).fault
                    == AuditFault(kind, at: sequence))
        }
    }

    @Test("leaves a watch that was behind it nothing to go on from")
    func compacted() async throws {
        try await withOldChain { fixture, tenant in
            #expect(try await expire(fixture, keeping: 2) == 1)
            let head = try #require(try await fixture.store.chainHeads(of: [tenant])[tenant])
            let all = try await fixture.store.activity(
                of: tenant,
                after: ChainPosition(
                    sequence: 5, createdAt: Timestamp(microseconds: 0), rowHash: []),
                through: head.end, actions: [], limit: 100)
            #expect(all.map(\.sequence) == Array(6...13))
            let position = { (sequence: Int64) in
                ChainPosition(
                    sequence: sequence, createdAt: Timestamp(microseconds: 0), rowHash: [])
            }
            #expect(!head.keeps(after: position(4)))
            #expect(head.keeps(after: position(5)))
            #expect(head.keeps(after: position(13)))
            #expect(!head.keeps(after: position(14)))
            #expect(try await fixture.store.isOnChain(all[0].position, of: tenant))
            let other = ChainPosition(
                sequence: 6, createdAt: all[0].createdAt, rowHash: all[1].rowHash)
            #expect(try await !fixture.store.isOnChain(other, of: tenant))
        }
    }

    @Test("takes the ledger with it, and carries on what is of no month")
    func ledger() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("kept").id
            for resource in ["users", "api_calls"] {
                _ = try await fixture.superuser.query(
                    """
                    INSERT INTO tenant_usage_ledger (
                        tenant_id, usage_date, resource_type, period_start, kind, units)
                    SELECT 2, (now() AT TIME ZONE 'UTC' - make_interval(months => n))::date,
                        \(resource), CASE WHEN \(resource) = 'users' THEN '-infinity'::timestamptz
                            ELSE now() - make_interval(months => n) END, 'consumed', 2
                    FROM generate_series(1, 4) AS n
                    """)
            }
            _ = try await fixture.superuser.query(
                "UPDATE tenant_subscriptions SET current_users = 8 WHERE tenant_id = 2")
            let retention = Retention(usageMonths: 2)
            #expect(try await fixture.run(.expireUsage, keeping: retention) == 2)
            #expect(try await fixture.run(.expireUsage, keeping: retention) == 0)
            #expect(
                try await fixture.number(
                    "SELECT count(*) FROM tenant_usage_ledger WHERE tenant_id = 2") == 5)
            let records = try await fixture.store.reconcileUsage(of: tenant, month: nil)
            #expect(records.first { $0.resource == .users }?.recorded == 8)
            let matches = records.allSatisfy(\.matches)
            #expect(matches)
            for (months, isKept) in [(2, true), (3, false)] {
                let days = try await fixture.number(
                    """
                    SELECT (now() AT TIME ZONE 'UTC' - make_interval(months => \(months)))::date
                        - '1970-01-01'::date
                    """)
                let month = CalendarDate(days: Int32(days))
                do throws(DomainError) {
                    _ = try await fixture.store.reconcileUsage(of: tenant, month: month)
                    #expect(isKept)
                } catch {
                    #expect(!isKept && error.code == .failedPrecondition(.usageNotKept))
                    #expect(error.metadata["kept_from"]?.count == 7)
                }
            }
        }
    }

    @Test("takes the days of usage with it when that is asked for")
    func usage() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("used").id
            _ = try await fixture.store.consume(StoreFixture.consumption(of: tenant, 5))
            _ = try await fixture.superuser.query(
                """
                INSERT INTO tenant_resource_usage
                SELECT 2, (now() AT TIME ZONE 'UTC' - make_interval(months => n))::date, 'users', 1
                FROM generate_series(1, 4) AS n
                """)
            let retention = Retention(usageMonths: 2)
            #expect(try await fixture.run(.expireUsage, keeping: retention) == 2)
            #expect(try await fixture.run(.expireUsage, keeping: retention) == 0)
            #expect(
                try await fixture.number(
                    "SELECT count(*) FROM tenant_resource_usage WHERE tenant_id = 2") == 3)
        }
    }
}
