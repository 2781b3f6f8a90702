internal import Postgres
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite struct TenantListTests {
    /// Codes and names that begin alike, and unlike, in several statuses and types.
    private static func load(_ count: Int, into fixture: StoreFixture) async throws {
        try await fixture.superuser.withTransaction(
            TransactionSettings(["SET LOCAL session_replication_role = replica"])
        ) { transaction in
            _ = try await transaction.query(
                """
                INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, status, admin_email)
                SELECT n,
                    CASE n % 3 WHEN 0 THEN 'bank-' WHEN 1 THEN 'tenant-' ELSE 'fund-' END || n,
                    CASE n % 5 WHEN 0 THEN 'Bank ' WHEN 1 THEN 'BANK-' WHEN 2 THEN 'Ténant '
                        ELSE 'Tenant ' END || n,
                    (ARRAY['bank', 'broker', 'fintech', 'enterprise'])[n % 4 + 1],
                    CASE WHEN n % 7 = 3 THEN 'suspended' WHEN n % 97 = 5 THEN 'inactive'
                        ELSE 'active' END,
                    'a@example.com'
                FROM generate_series(2, 1 + \(Int64(count))) AS n
                """)
            _ = try await transaction.query(
                "INSERT INTO tenant_codes SELECT tenant_code, id FROM tenants WHERE id > 1")
        }
        _ = try await fixture.superuser.query("ANALYZE")
    }

    private static func all(
        _ store: TenancyStore, pageSize: Int32, status: TenantStatus?, type: TenantType?,
        query: String
    ) async throws -> [Tenant] {
        var tenants: [Tenant] = []
        var token = ""
        repeat {
            let page = try await store.listTenants(
                try TenantListRequest(
                    pageSize: pageSize, pageToken: token, status: status, type: type,
                    query: query))
            #expect(page.tenants.count <= Int(pageSize))
            tenants += page.tenants
            token = page.nextPageToken
        } while !token.isEmpty
        return tenants
    }

    @Test("The pages of every list hold each tenant that passes once, and in order")
    func complete() async throws {
        try await StoreFixture.with { fixture in
            try await Self.load(90, into: fixture)
            let everything = try await Self.all(
                fixture.store, pageSize: 1000, status: nil, type: nil, query: "")
            #expect(everything.count == 91)
            for query in ["", "b", "bank", "bank-1", "BANK", "ten", "ténant ", "tenant-31", "x"] {
                for status in [nil, TenantStatus.suspended, .inactive] {
                    for type in [nil, TenantType.bank] {
                        let expected = everything.filter {
                            let profile = $0.profile
                            return (status == nil || profile.status == status)
                                && (type == nil || profile.type == type)
                                && (profile.code.text.hasPrefix(query)
                                    || profile.name.lowercased().hasPrefix(query.lowercased())
                                    || query.isEmpty)
                        }
                        for pageSize in [1, 4, 1000] as [Int32] {
                            let listed = try await Self.all(
                                fixture.store, pageSize: pageSize, status: status, type: type,
                                query: query)
                            #expect(
                                Set(listed.map(\.id)) == Set(expected.map(\.id))
                                    && listed.count == expected.count,
                                "\(query) \(String(describing: status)) \(pageSize)")
                            guard query.isEmpty else { continue }
                            #expect(listed.map(\.id) == expected.map(\.id).sorted())
                        }
                    }
                }
            }
        }
    }

    @Test("With a query codes come first, in their order, then names in theirs")
    func order() async throws {
        try await StoreFixture.with { fixture in
            for (code, name) in [
                ("beta", "alpha two"), ("alpha-b", "Zeta"), ("gamma", "Alpha One"),
                ("alpha-a", "alpha zero"), ("delta", "other"),
            ] {
                _ = try await fixture.createTenant(code) { $0.tenantName = name }
            }
            for pageSize in 1...5 as ClosedRange<Int32> {
                let listed = try await Self.all(
                    fixture.store, pageSize: pageSize, status: nil, type: nil, query: "alpha")
                #expect(
                    listed.map(\.profile.code.text) == ["alpha-a", "alpha-b", "gamma", "beta"])
            }
        }
    }

    /// A list, where its page begins, and the index that it must be read from.
    private static func lists() throws -> [(TenantListRequest, TenantListRequest.Position, String)]
    {
        let all = try TenantListRequest()
        let suspended = try TenantListRequest(status: .suspended)
        let banks = try TenantListRequest(type: .bank)
        let both = try TenantListRequest(status: .inactive, type: .broker)
        let common = try TenantListRequest(query: "tenant")
        let rare = try TenantListRequest(status: .inactive, type: .bank, query: "bank")
        let none = try TenantListRequest(query: "zzz")
        return [
            (all, .id(0), "tenants_pkey"), (all, .id(7_000), "tenants_pkey"),
            (suspended, .id(0), "tenants_status_type"),
            (suspended, .id(7_000), "tenants_status_type"),
            (banks, .id(0), "tenants_status_type"), (both, .id(9_000), "tenants_status_type"),
            (common, .code(""), "tenant_codes_pkey"),
            (common, .code("tenant-5"), "tenant_codes_pkey"),
            (rare, .code(""), "tenant_codes_pkey"), (none, .code(""), "tenant_codes_pkey"),
            (common, .name("", id: 0), "tenants_name"),
            (common, .name("tenant 5", id: 17), "tenants_name"),
            (rare, .name("", id: 0), "tenants_name"), (none, .name("", id: 0), "tenants_name"),
        ]
    }

    private static func statement(
        _ list: TenantListRequest, _ position: TenantListRequest.Position
    ) -> SQL {
        switch position {
        case .id(let id):
            TenancyStore.listStatement(list, after: id, Int64(list.pageSize.entries + 1))
        default:
            TenancyStore.queryStatement(
                list, position, TenancyStore.listLooksPerEntry * (list.pageSize.entries + 1))
        }
    }

    @Test("A page among 10,000 tenants reads what it may hold, from an index")
    func plans() async throws {
        try await StoreFixture.with { fixture in
            try await Self.load(10_000, into: fixture)
            try await fixture.superuser.withTransaction(
                TransactionSettings(["SET LOCAL ROLE tenancy_platform"])
            ) { transaction in
                for (list, position, index) in try Self.lists() {
                    let statement = Self.statement(list, position)
                    let rows = try await transaction.query(
                        statement.following(
                            unsafeSQL:
                                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) "))
                    let plan = try Self.text(rows)
                    #expect(plan.contains(index), "\(plan)")
                    #expect(!plan.contains("Seq Scan on tenant"), "\(plan)")
                    // Twelve parts of the index at most, or four looks for each entry.
                    let bound = 12 * (list.pageSize.entries + 1)
                    #expect(Self.rowsOfSteps(plan).allSatisfy { $0 <= bound }, "\(plan)")
                }
            }
        }
    }

    @Test("A plan that is made once for all values is the same")
    func genericPlans() async throws {
        try await StoreFixture.with { fixture in
            try await Self.load(10_000, into: fixture)
            try await fixture.superuser.withTransaction(
                TransactionSettings([
                    "SET LOCAL ROLE tenancy_platform",
                    "SET LOCAL plan_cache_mode = force_generic_plan",
                ])
            ) { transaction in
                for (number, (list, position, index)) in try Self.lists().enumerated() {
                    let statement = Self.statement(list, position)
                    let types = statement.values.map { Self.name(of: $0.type) }
                    let nulls = statement.values.map { _ in "NULL" }
                    _ = try await transaction.query(
                        .once(
                            unsafeSQL: """
                                PREPARE list_\(number) (\(types.joined(separator: ", "))) AS
                                \(statement.text)
                                """))
                    let rows = try await transaction.query(
                        .once(
                            unsafeSQL: """
                                EXPLAIN (COSTS OFF)
                                EXECUTE list_\(number) (\(nulls.joined(separator: ", ")))
                                """))
                    let plan = try Self.text(rows)
                    #expect(plan.contains("$"), "this plan was made for its values: \(plan)")
                    #expect(plan.contains(index), "\(plan)")
                    #expect(!plan.contains("Seq Scan on tenant"), "\(plan)")
                }
            }
        }
    }

    private static func text(_ plan: [Row]) throws -> String {
        try plan.map { try $0.decode("QUERY PLAN", as: String.self) }.joined(separator: "\n")
    }

    /// Rows times loops of each step.
    private static func rowsOfSteps(_ plan: String) -> [Int] {
        plan.matches(of: #/actual rows=(\d+) loops=(\d+)/#).map {
            (Int($0.1) ?? .max) * (Int($0.2) ?? 1)
        }
    }

    private static func name(of type: PostgresType) -> String {
        switch type {
        case .int8: "bigint"
        case .textArray: "text[]"
        default: "text"
        }
    }
}
