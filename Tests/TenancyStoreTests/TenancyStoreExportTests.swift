internal import Postgres
internal import Synchronization
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite struct TenancyStoreExportTests {
    @Test("An export is of one moment, whatever is written while it goes out")
    func snapshot() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("snapshot").id
            _ = try await fixture.superuser.query(
                """
                INSERT INTO tenant_users (tenant_id, user_id, role)
                SELECT \(tenant.rawValue), 'user-' || n, 'user' FROM generate_series(1, 350) AS n
                """)
            var kinds: [String: Int] = [:]
            var last: ExportRecord?
            try await fixture.store.export(tenant, context: StoreFixture.context) { record in
                kinds[record.kind, default: 0] += 1
                last = record
                guard record.kind == "tenant" else { return }
                _ = try await fixture.superuser.query(
                    "DELETE FROM tenant_users WHERE tenant_id = \(tenant.rawValue)")
                _ = try await fixture.store.consume(
                    try StoreFixture.consumption(of: tenant, 1))
            }
            #expect(kinds["user"] == 350 && kinds["usage"] == nil)
            #expect(last?.kind == "end")
            #expect(last?.record.text.contains(#""user": 350"#) == true)
            #expect(last?.record.text.contains(#""usage": 0"#) == true)
        }
    }

    @Test("Every kind names columns that there are, and no other tenant's rows")
    func kinds() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("mine").id
            let other = try await fixture.createTenant("other-name").id
            _ = try await fixture.store.consume(try StoreFixture.consumption(of: other, 1))
            var records: [ExportRecord] = []
            try await fixture.store.export(tenant, context: StoreFixture.context) {
                records.append($0)
            }
            #expect(!records.contains { $0.record.text.contains("other-name") })
            for kind in ExportKind.all {
                #expect(records.last?.record.text.contains("\"\(kind.name)\": ") == true)
            }
            #expect(Set(ExportKind.all.map(\.name)).count == ExportKind.all.count)
        }
    }

    @Test("What stops the reader ends the export, and leaves its place to another")
    func stopped() async throws {
        try await StoreFixture.with { fixture in
            let tenant = try await fixture.createTenant("stopped").id
            for _ in 0..<2 * TenancyStore.exportsMax {
                await #expect(throws: Stop.self) {
                    try await fixture.store.export(tenant, context: StoreFixture.context) { _ in
                        throw Stop()
                    }
                }
            }
        }
    }

    @Test("A server works on so many exports at once, and refuses another")
    func tooMany() async throws {
        try await StoreFixture.with { fixture in
            func export(_ tenant: TenantID) async throws -> DomainError.Code? {
                try await code {
                    try await fixture.store.export(tenant, context: StoreFixture.context) { _ in }
                }
            }
            let one = try await fixture.createTenant("many").id
            let other = try await fixture.createTenant("others").id
            func enter(_ tenant: TenantID) throws {
                try fixture.store.exportsUnderWay.withLock { (count) throws(DomainError) in
                    try count.enter(tenant)
                }
            }
            // One tenant has a part of them, and another has room beside it.
            for _ in 0..<TenancyStore.exportsPerTenantMax { try enter(one) }
            #expect(try await export(one) == .tooMany(.exports))
            #expect(try await export(other) == nil)
            for number in TenancyStore.exportsPerTenantMax..<TenancyStore.exportsMax {
                try enter(try #require(TenantID(Int64(1_000 + number))))
            }
            #expect(try await export(other) == .tooMany(.exports))
            fixture.store.exportsUnderWay.withLock { $0.leave(one) }
            #expect(try await export(other) == nil)
            #expect(try await export(one) == nil)
        }
    }

    @Test("A tenant that does not exist is not found")
    func absent() async throws {
        try await StoreFixture.with { fixture in
            let absent = try #require(TenantID(.max))
            #expect(
                try await code {
                    try await fixture.store.export(absent, context: StoreFixture.context) { _ in }
                } == .notFound)
        }
    }

    private struct Stop: Error {}
}
