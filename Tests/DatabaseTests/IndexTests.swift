internal import Postgres
internal import PostgresTestCluster
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite("An index") struct IndexTests {
    /// What no query reads by, and keeps a promise all the same.
    private static let guards = [
        "api_key_ids_pkey": "a number is one key's, over all tenants",
        "plans_pkey": "there are four plans, which are read as a whole",
        "quota_holders_pkey": "there are as many rows as servers",
        "scheduled_jobs_pkey": "there are as many rows as jobs",
        "schema_migrations_pkey": "each step is taken once, and all are read",
        "tenant_change_feed_pkey": "a tenant has one row, which its changes move",
        "tenant_codes_tenant_key": "a tenant's foreign key names its code in the directory",
        "tenant_domains_tenant_key": "a tenant's foreign key names its domain in the directory",
        "tenant_subscription_charges_pkey": "nothing is charged twice",
        "token_signing_keys_pkey": "there are a few keys, which are read as a whole",
    ]

    @Test("is in the plan of a query that a test explains, or only keeps something unique")
    func explained() async throws {
        var explained: Set<String> = []
        for file in DatabaseTests.files where file.hasPrefix("plans_") {
            explained.formUnion(Self.indexes(in: try await DatabaseTests.output(of: file)))
        }
        let database = try await DatabaseTests.database()
        explained.formUnion(Self.indexes(in: try database.psql(try Self.lists())))
        var all: Set<String> = []
        var unique: Set<String> = []
        for line in try database.psql(Self.catalog).split(separator: "\n") {
            let parts = line.split(separator: "|")
            all.insert(String(parts[0]))
            if parts[1] == "t" { unique.insert(String(parts[0])) }
        }
        let guards = Set(Self.guards.keys)
        #expect(all.contains("tenants_pkey"))
        #expect(all.subtracting(explained).subtracting(guards) == [], "explained by no test")
        #expect(guards.intersection(explained) == [], "these are read by, and need no exception")
        #expect(guards.subtracting(unique) == [], "these keep nothing unique")
    }

    private static let catalog = """
        SELECT r.relname, i.indisunique FROM pg_index i
        JOIN pg_class r ON r.oid = i.indexrelid
        WHERE r.relnamespace = 'public'::regnamespace AND NOT r.relispartition
        """

    /// What a file of plans prints at its end.
    private static func indexes(in output: String) -> [String] {
        output.split(separator: "\n").filter { $0.hasPrefix("index ") }
            .map { String($0.dropFirst("index ".count)) }
    }

    /// A script that explains the lists of tenants, whose statements the program makes.
    private static func lists() throws -> String {
        let suspended = try TenantListRequest(status: .suspended)
        let named = try TenantListRequest(query: "tenant")
        let statements = [
            TenancyStore.listStatement(suspended, after: 0, 51),
            TenancyStore.queryStatement(named, .name("", id: 0), 204),
        ]
        let plans = statements.enumerated().map { number, statement in
            let types = statement.values.map { value in
                switch value.type {
                case .int8: "bigint"
                case .textArray: "text[]"
                default: "text"
                }
            }
            let nulls = statement.values.map { _ in "NULL" }
            return """
                PREPARE list_\(number) (\(types.joined(separator: ", "))) AS
                \(statement.text);
                SELECT tap.plan_of('EXECUTE list_\(number) (\(nulls.joined(separator: ", ")))');
                """
        }
        return """
            SET search_path = public, tap;
            INSERT INTO tenant_codes SELECT 'tenant-' || n, n FROM generate_series(2, 10001) AS n;
            INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, status, admin_email)
            SELECT n, 'tenant-' || n, 'Tenant ' || n, 'bank',
                CASE WHEN n % 100 = 7 THEN 'suspended' ELSE 'active' END, 'a@example.com'
            FROM generate_series(2, 10001) AS n;
            ANALYZE;
            SET ROLE tenancy_platform;
            SET plan_cache_mode = force_generic_plan;
            \(plans.joined(separator: "\n"))
            SELECT * FROM tap.explained_indexes();
            """
    }
}
