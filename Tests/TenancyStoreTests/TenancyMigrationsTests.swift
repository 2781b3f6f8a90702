internal import Foundation
internal import Postgres
internal import PostgresTestCluster
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite struct TenancyMigrationsTests {
    @Test("The program holds every file of the folder, in order")
    func complete() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/TenancyStore/Migrations")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files.count == TenancyMigrations.all.count)
        for (file, migration) in zip(files, TenancyMigrations.all) {
            let text = try String(
                contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            #expect(Migration(fileName: file, sql: text) == migration)
        }
    }

    @Test("Many servers that start at once migrate once")
    func atOnce() async throws {
        let database = try TestCluster.shared().createDatabase()
        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask { try await TenancyStore.migrate(url: database.ownerURL) { $0 } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied == TenancyMigrations.all.map(\.name))
    }

    @Test("Every check of the tenants has a field and a rule")
    func checks() async throws {
        try await StoreFixture.with { fixture in
            let rows = try await fixture.superuser.query(
                """
                SELECT conname::text AS name FROM pg_constraint
                WHERE conrelid = 'tenants'::regclass AND contype = 'c'
                """)
            let names = Set(try rows.map { try $0.decode("name", as: String.self) })
            // The number is not the caller's.
            #expect(
                names.subtracting(["tenants_id_positive"])
                    == Set(DomainError.checkViolations.keys))
        }
    }
}
