internal import Testing

internal import PostgresTestCluster
internal import Reactor
@testable internal import Postgres

@Suite("Migrations", .timeLimit(.minutes(10)))
struct MigratorTests {
    private static let first = Migration(
        number: 1, name: "one", sql: "CREATE TABLE one (n int8); INSERT INTO one VALUES (1);")
    private static let second = Migration(
        number: 2, name: "two", sql: "ALTER TABLE one ADD COLUMN m int8;")

    private func migrator(_ migrations: [Migration]) -> Migrator {
        Migrator(migrations: migrations) { text in "\(text.utf8.reduce(7) { $0 &* 31 &+ Int($1) })"
        }
    }

    @Test("what is missing is applied once, in order")
    func forward() async throws {
        let database = try TestCluster.shared().createDatabase()
        #expect(try await migrator([Self.first]).run(on: database.ownerURL) == [Self.first])
        let both = migrator([Self.second, Self.first])
        #expect(try await both.run(on: database.ownerURL) == [Self.second])
        #expect(try await both.run(on: database.ownerURL).isEmpty)
        #expect(try database.psql("SELECT count(*) FROM one") == "1")
    }

    @Test("a gap between numbers is none of the schema's")
    func gap() async throws {
        let database = try TestCluster.shared().createDatabase()
        let later = Migration(number: 40, name: "later", sql: "CREATE TABLE later (n int8);")
        let list = migrator([later, Self.first])
        #expect(try await list.run(on: database.ownerURL) == [Self.first, later])
        #expect(try await list.run(on: database.ownerURL).isEmpty)
    }

    @Test("many at once apply each migration once")
    func concurrent() async throws {
        let database = try TestCluster.shared().createDatabase()
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await migrator([Self.first, Self.second]).run(on: database.ownerURL).count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(applied == 2)
    }

    @Test("a migration that fails leaves nothing behind and is named")
    func failure() async throws {
        let database = try TestCluster.shared().createDatabase()
        let broken = Migration(
            number: 2, name: "broken", sql: "CREATE TABLE two (n int8); SELECT nonsense;")
        let error = await #expect(throws: PostgresError.self) {
            try await migrator([Self.first, broken]).run(on: database.ownerURL)
        }
        #expect(error?.message.contains("migration 2 (broken)") == true)
        #expect(try database.psql("SELECT to_regclass('two') IS NULL") == "t")
        #expect(try database.psql("SELECT count(*) FROM schema_migrations") == "1")
    }

    @Test("changed, doubled, skipped and unknown migrations are refused")
    func refused() async throws {
        let database = try TestCluster.shared().createDatabase()
        _ = try await migrator([Self.first, Self.second]).run(on: database.ownerURL)
        let changed = Migration(number: 1, name: "one", sql: "SELECT 1;")
        let again = Migration(number: 2, name: "again", sql: "SELECT 1;")
        let before = Migration(number: 0, name: "zero", sql: "SELECT 1;")
        for (list, word) in [
            ([changed, Self.second], "changed"), ([Self.first], "newer"),
            ([Self.first, Self.second, again], "twice"),
            ([before, Self.first, Self.second], "skipped"),
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await migrator(list).run(on: database.ownerURL)
            }
            #expect(error?.code == .migration)
            #expect(error?.message.contains(word) == true)
        }
    }

    @Test(
        "file names give numbers and names",
        arguments: [
            ("0001_roles.sql", 1, "roles"), ("12_a_b.sql", 12, "a_b"),
        ])
    func fileNames(file: String, number: Int, name: String) {
        let migration = Migration(fileName: file, sql: "")
        #expect(migration?.number == number)
        #expect(migration?.name == name)
    }

    @Test("other files are no migrations", arguments: ["README.md", "roles.sql", "x_roles.sql"])
    func otherFiles(file: String) {
        #expect(Migration(fileName: file, sql: "") == nil)
    }
}
