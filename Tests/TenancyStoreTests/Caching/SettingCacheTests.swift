internal import Postgres
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite("Settings and looks that are remembered") struct SettingCacheTests {
    private static func list() throws -> SettingListRequest {
        var violations = FieldViolations()
        return try #require(
            SettingListRequest(
                pageSize: 0, pageToken: "", type: nil, isTypeUnknown: false, keyPrefix: "",
                violations: &violations))
    }

    private static func set(_ theme: String, _ fixture: StoreFixture) async throws {
        _ = try await fixture.superuser.query(
            """
            INSERT INTO tenant_configurations (
                tenant_id, config_key, config_type, config_value, updated_by)
            VALUES (2, 'branding', 'branding', jsonb_build_object('companyName', \(theme)), '')
            ON CONFLICT (tenant_id, config_key) DO UPDATE SET config_value = excluded.config_value
            """)
    }

    /// What the store answers of both, which must be the same.
    private static func name(
        _ fixture: StoreFixture, _ tenant: TenantID
    ) async throws -> String {
        let page = try await fixture.store.listSettings(of: tenant, list())
        let look = try await fixture.store.look(of: tenant)
        let name = look.branding.companyName
        #expect(page.settings.first?.value?.text.contains("\"\(name)\"") == true)
        return name
    }

    private static func with(
        _ body: (StoreFixture, TenantID) async throws -> Void
    ) async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("looks").id
            try await set("first", fixture)
            // The look and the readings must fall within the second that is trusted, which may take
            // more than one try on a busy machine.
            repeat {
                try await fixture.store.lookAtChanges()
                #expect(try await name(fixture, tenant) == "first")
            } while try fixture.store.looks.value(LookKey(), of: tenant) == nil
                || fixture.store.settingPages.value(list(), of: tenant) == nil
            try await body(fixture, tenant)
        }
    }

    @Test("are answered from memory, and anew once somebody has changed them")
    func remembered() async throws {
        try await Self.with { fixture, tenant in
            try await Self.set("second", fixture)
            try await fixture.store.lookAtChanges()
            #expect(try await Self.name(fixture, tenant) == "second")
            _ = try await fixture.superuser.query("DELETE FROM tenant_configurations")
            _ = try await fixture.superuser.query(
                "UPDATE tenants SET tenant_name = 'Third' WHERE id = 2")
            try await fixture.store.lookAtChanges()
            let page = try await fixture.store.listSettings(of: tenant, Self.list())
            #expect(page.settings.isEmpty)
            #expect(try await fixture.store.look(of: tenant).branding.companyName == "Third")
            let looks = try #require(TenantCode("looks"))
            #expect(try await fixture.store.publicLook(of: looks).tenant.profile.name == "Third")
            _ = try await fixture.superuser.query(
                "UPDATE tenants SET status = 'suspended' WHERE id = 2")
            try await fixture.store.lookAtChanges()
            #expect(try await code { try await fixture.store.publicLook(of: looks) } == .notFound)
        }
    }

    @Test("do not come back by a reading that a change has overtaken")
    func overtaken() async throws {
        try await Self.with { fixture, tenant in
            let store = fixture.store
            let list = try Self.list()
            let pageReading = store.settingPages.beginReading()
            let lookReading = store.looks.beginReading()
            let (page, look) = (
                try await store.listSettings(of: tenant, list), try await store.look(of: tenant)
            )
            try await Self.set("second", fixture)
            try await store.lookAtChanges()
            store.settingPages.keep(page, for: list, of: tenant, read: pageReading)
            store.looks.keep(look, for: LookKey(), of: tenant, read: lookReading)
            #expect(try await Self.name(fixture, tenant) == "second")
        }
    }

    @Test("hold no secret in clear")
    func sealed() async throws {
        try await Self.with { fixture, tenant in
            _ = try await fixture.superuser.query(
                """
                INSERT INTO tenant_configurations (
                    tenant_id, config_key, config_type, sealed_value, updated_by)
                VALUES (2, 'smtp', 'branding', sha256('sealed') || sha256('sealed'), '')
                """)
            try await fixture.store.lookAtChanges()
            let page = try await fixture.store.listSettings(of: tenant, Self.list())
            let secret = try #require(page.settings.first { $0.isSensitive })
            #expect(secret.value == nil && secret.sealedValue?.count == 64)
            #expect(try await fixture.store.look(of: tenant).branding.companyName == "first")
        }
    }

    @Test("take no more memory than they may")
    func bounded() async throws {
        try await StoreFixture.with { fixture in
            let store = fixture.store
            let tenant = try await fixture.createTenant("large").id
            _ = try await fixture.superuser.query(
                """
                INSERT INTO tenant_configurations (
                    tenant_id, config_key, config_type, config_value, updated_by)
                SELECT 2, 'large-' || n, 'billing',
                    jsonb_build_object('text', repeat('x', 60000)), ''
                FROM generate_series(1, 40) AS n
                """)
            let list = try Self.list()
            let page = try await store.listSettings(of: tenant, list)
            #expect(page.settings.count > 20)
            #expect(page.memoryBytes >= page.settings.count * 60_000)
            try await store.lookAtChanges()
            let look = try await store.look(of: tenant)
            for number in 1...200 {
                let other = try #require(TenantID(Int64(number)))
                store.settingPages.keep(
                    page, for: list, of: other, read: store.settingPages.beginReading(),
                    cost: page.memoryBytes)
                store.looks.keep(
                    look, for: LookKey(), of: other, read: store.looks.beginReading(),
                    cost: look.memoryBytes * 1_000)
                #expect(store.settingPages.cost <= TenancyStore.settingPagesBytesMax)
                #expect(store.looks.cost <= TenancyStore.looksBytesMax)
            }
            #expect(store.settingPages.cost > TenancyStore.settingPagesBytesMax / 4)
        }
    }
}
