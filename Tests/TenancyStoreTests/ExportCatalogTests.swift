internal import Postgres
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite("What an export holds") struct ExportCatalogTests {
    /// Tables of a tenant that no export holds, and why.
    private static let left = [
        "tenant_activity_anchors": "where the chain begins is the first exported row of it",
        "tenant_activity_heads": "where the chain ends is the last exported row of it",
        "tenant_api_key_windows": "counters of the present hour",
        "tenant_change_feed": "which transaction changed something last: the servers' own",
        "tenant_client_leases": "units in a client's hand, for minutes",
        "tenant_configuration_changes": "the last of what the activity says",
        "tenant_configuration_heads": "counters over the settings",
        "tenant_data_keys": "wrapped keys are never shown",
        "tenant_codes": "the tenant's own fields, again",
        "tenant_quota_leases": "units in the hands of servers, for seconds",
        "tenant_domains": "the tenant's own fields, again",
        "api_key_ids": "the numbers of the keys, again",
        "idempotency_keys": "answers kept for retries, for a day",
        "tenant_token_revocations": "minutes of the past; the activity says who revoked what",
    ]

    @Test("every table of a tenant, but for those that are named here with the reason")
    func tables() async throws {
        try await StoreFixture.with { fixture in
            let rows = try await fixture.superuser.query(
                """
                SELECT c.relname FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                    AND NOT c.relispartition
                """)
            var tables: Set<String> = ["tenants"]
            for row in rows { tables.insert(try row.value("relname", as: String.self)) }
            let exported = Set(
                ExportKind.all.map { $0.table.hasPrefix("(") ? "tenants" : $0.table })
            #expect(exported.isDisjoint(with: Self.left.keys))
            #expect(exported.isSubset(of: tables))
            #expect(Set(Self.left.keys).isSubset(of: tables), "a reason for nothing")
            let forgotten = tables.subtracting(exported).subtracting(Self.left.keys)
            #expect(forgotten.isEmpty, "\(forgotten.sorted())")
        }
    }
}
