internal import Foundation
internal import PostgresTestCluster
internal import Synchronization
internal import TenancyStore
internal import Testing

/// Runs the pgTAP files beside this one, each in a database of its own.
@Suite struct DatabaseTests {
    /// A database with our schema and pgTAP. The functions of the tests have a schema of their own,
    /// so that they are not taken for ours, and are open to the roles that the tests take on.
    static func database() async throws -> TestDatabase {
        let database = try TestCluster.shared().createDatabase()
        _ = try await TenancyStore.migrate(url: database.ownerURL) { $0 }
        try database.psql(
            """
            CREATE SCHEMA tap;
            CREATE EXTENSION pgtap SCHEMA tap;
            GRANT USAGE ON SCHEMA tap TO PUBLIC;
            GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tap TO PUBLIC;
            """)
        try database.psql(try text(of: "support/plans.sql"))
        return database
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("sql")

    static let files =
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
        .filter { $0.hasSuffix(".sql") }.sorted() ?? []

    private static func text(of name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    private static let runs = Mutex<[String: Task<String, any Error>]>([:])

    /// What a file prints. It runs once, whoever asks.
    static func output(of name: String) async throws -> String {
        try await runs.withLock { runs in
            let run =
                runs[name]
                ?? Task {
                    try await database().psql(
                        "SET search_path = public, tap;\n" + text(of: name))
                }
            runs[name] = run
            return run
        }.value
    }

    @Test("There are database tests")
    func some() { #expect(!Self.files.isEmpty) }

    @Test("The database keeps its promises", arguments: files)
    func file(_ name: String) async throws {
        let output = try await Self.output(of: name)
        let lines = output.split(separator: "\n")
        let failures = lines.filter { $0.hasPrefix("not ok") || $0.hasPrefix("#") }
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        // The last line of the plan tells that the file ran to its end.
        let planned = lines.last { $0.hasPrefix("1..") }.flatMap { Int($0.dropFirst(3)) }
        #expect(planned == lines.count { $0.hasPrefix("ok ") })
    }
}
