internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite struct TenancyStoreTenantsTests {
    @Test("The example tenant is the second, on trial, with the quotas of starter")
    func example() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant(
                "axis-securities", domain: "axis.vyomo.in"
            ) {
                $0.tenantName = "Axis Securities Ltd"
                $0.tenantType = .broker
                $0.logoURL = "https://cdn.vyomo.in/axis/logo.png"
                $0.regulatoryBody = "SEBI"
                $0.licenseNumber = "INZ000000000"
                $0.features = #"{"trading": true, "banking": false}"#
            }
            #expect(tenant.id.rawValue == 2)
            #expect(tenant.version == 1 && tenant.createdAt <= tenant.updatedAt)
            #expect(tenant.profile.domain == "axis.vyomo.in")
            #expect(tenant.profile.primaryColor == nil)
            #expect(try await fixture.store.tenant(tenant.id) == tenant)
            #expect(
                try await fixture.store.quotas(of: tenant.id).map(\.max)
                    == [10, 10_000, 5_000_000_000, 1_000])
            #expect(
                try await fixture.number(
                    """
                    SELECT count(*) FROM tenant_activity_logs
                    WHERE tenant_id = 2 AND actor = 'platform:root' AND user_agent = 'tests/1'
                        AND ip_address = '192.0.2.1'
                        AND action IN ('tenant_created', 'subscription_created')
                    """) == 2)
        }
    }

    @Test("A code or a domain that is taken is named, and costs no number")
    func duplicates() async throws {
        try await StoreFixture.with { fixture in
            _ = try await fixture.createTenant("first", domain: "a.example.com")
            #expect(
                try await code { try await fixture.createTenant("first") }
                    == .alreadyExists(field: "tenant_code"))
            #expect(
                try await code {
                    try await fixture.createTenant("second", domain: "a.example.com")
                } == .alreadyExists(field: "domain"))
            #expect(try await fixture.createTenant("second").id.rawValue == 3)
        }
    }

    @Test("Of many that want one code at once, one gets it")
    func race() async throws {
        try await StoreFixture.with { fixture in
            let codes = try await withThrowingTaskGroup(of: DomainError.Code?.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await code { try await fixture.createTenant("wanted") }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == nil } == 1)
            #expect(codes.count { $0 == .alreadyExists(field: "tenant_code") } == 15)
            #expect(try await fixture.number("SELECT count(*) FROM tenants") == 2)
        }
    }

    @Test("A retry under the same key gets the same tenant, another request is refused")
    func idempotency() async throws {
        try await StoreFixture.with { fixture in
            let creation = try StoreFixture.creation("once", key: "k", hash: [7])
            let tenants = try await withThrowingTaskGroup(of: Tenant?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await fixture.store.createTenant(
                            creation, context: StoreFixture.context)
                    }
                }
                return try await group.reduce(into: Set<Tenant?>()) { $0.insert($1) }
            }
            #expect(tenants.count == 1 && tenants.first??.id.rawValue == 2)
            let other = try StoreFixture.creation("twice", key: "k", hash: [8])
            #expect(
                try await code {
                    try await fixture.store.createTenant(other, context: StoreFixture.context)
                } == .idempotencyKeyReused)
            #expect(try await fixture.number("SELECT count(*) FROM tenants") == 2)
        }
    }

    @Test("A key that failed may be used again")
    func failedKey() async throws {
        try await StoreFixture.with { fixture in
            let taken = try StoreFixture.creation("default", key: "k", hash: [7])
            #expect(
                try await code {
                    try await fixture.store.createTenant(taken, context: StoreFixture.context)
                } == .alreadyExists(field: "tenant_code"))
            let free = try StoreFixture.creation("free", key: "k", hash: [8])
            #expect(
                try await fixture.store.createTenant(free, context: StoreFixture.context) != nil)
        }
    }

    @Test("Validating alone finds what is taken, and changes nothing")
    func validateOnly() async throws {
        try await StoreFixture.with { fixture in
            let sound = try StoreFixture.creation("sound", key: "k", validateOnly: true)
            #expect(
                try await fixture.store.createTenant(sound, context: StoreFixture.context) == nil)
            let taken = try StoreFixture.creation("default", validateOnly: true)
            #expect(
                try await code {
                    try await fixture.store.createTenant(taken, context: StoreFixture.context)
                } == .alreadyExists(field: "tenant_code"))
            #expect(try await fixture.createTenant("sound").id.rawValue == 2)
            #expect(
                try await fixture.number("SELECT count(*) FROM platform_idempotency_keys") == 0)
        }
    }

    @Test("A time zone that does not exist is the caller's mistake")
    func timeZone() async throws {
        try await StoreFixture.with { fixture in
            let result = try await code {
                try await fixture.createTenant("zone") { $0.timeZone = "Asia/Nowhere" }
            }
            #expect(
                result
                    == .invalidArgument([
                        FieldViolation(field: "time_zone", rule: TenantDraft.timeZoneRule)
                    ]))
        }
    }

    @Test("What looks like SQL is text")
    func injection() async throws {
        try await StoreFixture.with { fixture in
            let name = "'; DROP TABLE tenants; -- $1 \\ \" %"
            let tenant = try await fixture.createTenant("robert") {
                $0.tenantName = name
                $0.settings = #"{"a": "'); DROP TABLE tenants; --"}"#
            }
            #expect(try await fixture.store.tenant(tenant.id).profile.name == name)
            let list = try TenantListRequest(query: "'; drop")
            #expect(try await fixture.store.listTenants(list).tenants.map(\.id) == [tenant.id])
        }
    }

    @Test("A code leads to its number, and then without the database")
    func codes() async throws {
        try await StoreFixture.with { fixture in
            let known = try #require(TenantCode("default"))
            #expect(fixture.store.directory.id(of: known) == nil)
            #expect(try await fixture.store.tenantID(of: .code(known)) == TenantID(1))
            #expect(fixture.store.directory.id(of: known) == TenantID(1))
            let later = try #require(TenantCode("later"))
            #expect(try await fixture.store.tenantID(of: .code(later)) == nil)
            let tenant = try await fixture.createTenant("later")
            #expect(try await fixture.store.tenantID(of: .code(later)) == tenant.id)
        }
    }

    @Test("A tenant that does not exist is not found")
    func absent() async throws {
        try await StoreFixture.with { fixture in
            let absent = try #require(TenantID(.max))
            #expect(try await code { try await fixture.store.tenant(absent) } == .notFound)
            #expect(try await code { try await fixture.store.quotas(of: absent) } == .notFound)
        }
    }

    @Test("Pages of the list are stable while tenants are added")
    func pages() async throws {
        try await StoreFixture.with { fixture in
            for index in 0..<7 { _ = try await fixture.createTenant("page-\(index)") }
            var seen: [String] = []
            var token = ""
            var pages = 0
            repeat {
                let page = try await fixture.store.listTenants(
                    try TenantListRequest(pageSize: 3, pageToken: token, query: "page-"))
                seen += page.tenants.map(\.profile.code.text)
                token = page.nextPageToken
                pages += 1
                // Comes between two pages, and at the end of the list.
                if pages == 1 { _ = try await fixture.createTenant("page-late") }
            } while !token.isEmpty
            #expect(seen == (0..<7).map { "page-\($0)" } + ["page-late"])
        }
    }

    @Test("A list is filtered by status, type and the beginning of code or name")
    func filters() async throws {
        try await StoreFixture.with { fixture in
            _ = try await fixture.createTenant("alpha") { $0.status = .suspended }
            _ = try await fixture.createTenant("beta") { $0.tenantType = .bank }
            _ = try await fixture.createTenant("gamma") { $0.tenantName = "ALPine Bank" }
            func codes(_ list: TenantListRequest) async throws -> [String] {
                try await fixture.store.listTenants(list).tenants.map(\.profile.code.text)
            }
            #expect(try await codes(TenantListRequest(status: .suspended)) == ["alpha"])
            #expect(try await codes(TenantListRequest(type: .bank)) == ["beta"])
            #expect(try await codes(TenantListRequest(query: "alp")) == ["alpha", "gamma"])
            #expect(try await codes(TenantListRequest(query: "%")).isEmpty)
            #expect(try await codes(TenantListRequest()).count == 4)
        }
    }
}
