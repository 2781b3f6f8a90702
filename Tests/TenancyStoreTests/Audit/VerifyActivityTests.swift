internal import Postgres
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite("Proving a chain") struct VerifyActivityTests {
    /// A chain of twelve rows of tenant 2, read a few rows at a time.
    private func withChain(
        _ body: (StoreFixture, TenantID) async throws -> Void
    ) async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("proven").id
            _ = try await fixture.superuser.query(
                """
                SELECT append_tenant_activity(2, 'login', 'user', 'user_' || n,
                    jsonb_build_object('n', n)) FROM generate_series(1, 10) AS n
                """)
            try await body(fixture, tenant)
        }
    }

    private func verify(
        _ fixture: StoreFixture, _ tenant: TenantID, known: ChainLink? = nil
    ) async throws -> AuditReport {
        let report = try await fixture.store.verifyActivity(of: tenant, known: known, rowsMax: 3)
        #expect(try await fixture.store.verifyActivity(of: tenant, known: known) == report)
        return report
    }

    @Test("A chain that nobody touched fits")
    func valid() async throws {
        try await withChain { fixture, tenant in
            let report = try await verify(fixture, tenant)
            #expect(report.fault == nil)
            #expect(report.rowsChecked == 12)
            #expect(report.firstKeptSequence == 1)
            #expect(report.last.sequence == 12)
            let absent = try #require(TenantID(999))
            #expect(
                try await code { try await fixture.store.verifyActivity(of: absent) } == .notFound)
        }
    }

    private static let rows = "tenant_activity_logs WHERE tenant_id = 2 AND sequence"
    private static let update = "UPDATE tenant_activity_logs SET"

    /// A row whose hash was made to fit what was written into it.
    private static let rehash = """
        UPDATE tenant_activity_logs SET row_hash = audit_row_hash(
            previous_hash, tenant_id, sequence, created_at, actor, action, entity_type, entity_id,
            details, ip_address, user_agent) WHERE tenant_id = 2 AND sequence
        """

    /// What a superuser does, and what proving the chain then finds.
    struct Tampering: Sendable, CustomTestStringConvertible {
        let statements: [String]
        let fault: AuditFault

        init(_ statements: [String], _ kind: AuditFault.Kind, _ sequence: Int64) {
            self.statements = statements
            fault = AuditFault(kind, at: sequence)
        }

        var testDescription: String { statements.joined(separator: "; ") }
    }

    static let tamperings = [
        Tampering(["\(update) details = '{}' WHERE tenant_id = 2 AND sequence = 5"], .edited, 5),
        Tampering(
            ["\(update) actor = 'platform:x' WHERE tenant_id = 2 AND sequence = 4"], .edited, 4),
        Tampering(
            [
                """
                \(update) created_at = created_at - interval '1 hour'
                WHERE tenant_id = 2 AND sequence = 7
                """
            ], .edited, 7
        ),
        Tampering(
            ["\(update) row_hash = sha256('x') WHERE tenant_id = 2 AND sequence = 12"],
            .edited, 12
        ),
        // Edited, with a hash that fits: the next row does not follow it.
        Tampering(
            [
                "\(update) details = '{}' WHERE tenant_id = 2 AND sequence = 5",
                "\(rehash) = 5",
            ], .reordered, 6
        ),
        // The same of the last row: the record of the end does not fit.
        Tampering(
            [
                "\(update) details = '{}' WHERE tenant_id = 2 AND sequence = 12",
                "\(rehash) = 12",
            ], .reordered, 12
        ),
        Tampering(["DELETE FROM \(rows) = 1"], .missing, 1),
        Tampering(["DELETE FROM \(rows) = 6"], .missing, 6),
        Tampering(["DELETE FROM \(rows) IN (6, 7, 8, 9)"], .missing, 6),
        Tampering(["DELETE FROM \(rows) < 4"], .missing, 1),
        // Two rows change places.
        Tampering(
            [
                """
                \(update) sequence = CASE sequence WHEN 4 THEN 5 ELSE 4 END
                WHERE tenant_id = 2 AND sequence IN (4, 5)
                """
            ], .reordered, 4
        ),
        Tampering(
            ["\(update) previous_hash = sha256('x') WHERE tenant_id = 2 AND sequence = 3"],
            .reordered, 3
        ),
        // A row is put in a second time.
        Tampering(
            [
                """
                INSERT INTO tenant_activity_logs
                SELECT tenant_id, created_at + interval '1 ms', sequence, actor, action,
                    entity_type, entity_id, details, ip_address, user_agent, previous_hash,
                    row_hash
                FROM \(rows) = 6
                """
            ], .reordered, 6
        ),
        Tampering(["DELETE FROM \(rows) = 12"], .truncated, 12),
        Tampering(["DELETE FROM \(rows) > 8"], .truncated, 9),
        Tampering(["DELETE FROM \(rows) > 0"], .truncated, 1),
        Tampering(
            ["UPDATE tenant_activity_heads SET sequence = 10 WHERE tenant_id = 2"],
            .reordered, 11
        ),
        // A forged retention hides no cut.
        Tampering(
            [
                """
                INSERT INTO tenant_activity_anchors (tenant_id, sequence, row_hash, created_at)
                SELECT tenant_id, sequence, row_hash, created_at FROM \(rows) = 5
                """,
                "DELETE FROM \(rows) <= 5",
            ], .missing, 1
        ),
    ]

    @Test(
        "The first row that does not fit is named",
        arguments: tamperings)
    func tampered(_ tampering: Tampering) async throws {
        try await withChain { fixture, tenant in
            for statement in tampering.statements {
                _ = try await fixture.superuser.query(.once(unsafeSQL: statement))
            }
            let report = try await verify(fixture, tenant)
            #expect(report.fault == tampering.fault)
        }
    }

    @Test("A cut whose end was turned back, and a new chain, show to who kept a hash")
    func known() async throws {
        try await withChain { fixture, tenant in
            let last = try await verify(fixture, tenant).last
            #expect(try await verify(fixture, tenant, known: last).fault == nil)
            _ = try await fixture.superuser.query(
                "DELETE FROM tenant_activity_logs WHERE tenant_id = 2 AND sequence > 9")
            _ = try await fixture.superuser.query(
                """
                UPDATE tenant_activity_heads h
                SET sequence = l.sequence, created_at = l.created_at, row_hash = l.row_hash
                FROM tenant_activity_logs l
                WHERE h.tenant_id = 2 AND l.tenant_id = 2 AND l.sequence = 9
                """)
            #expect(try await verify(fixture, tenant).fault == nil)
            #expect(
                try await verify(fixture, tenant, known: last).fault
                    == AuditFault(.truncated, at: 10))
            _ = try await fixture.superuser.query(
                """
                SELECT append_tenant_activity(2, 'logout', 'user', 'x', '{}')
                FROM generate_series(1, 5)
                """)
            #expect(
                try await verify(fixture, tenant, known: last).fault
                    == AuditFault(.reordered, at: 12))
        }
    }
}
