internal import Foundation
internal import PostgresTestCluster
internal import Testing

@Suite("An index") struct IndexTests {
    /// Where plans are explained: here, and where a statement is made by the program.
    private static let explaining =
        DatabaseTests.files.filter { $0.hasPrefix("plans_") }
        .map { DatabaseTests.folder.appendingPathComponent($0) } + [
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("TenancyStoreTests/TenantListTests.swift")
        ]

    @Test("that keeps nothing unique is there for a query that a test explains")
    func explained() async throws {
        let database = try await DatabaseTests.database()
        let indexes = try database.psql(
            """
            SELECT r.relname FROM pg_index i
            JOIN pg_class r ON r.oid = i.indexrelid
            WHERE r.relnamespace = 'public'::regnamespace AND NOT i.indisunique
                AND NOT r.relispartition
            ORDER BY 1
            """
        ).split(separator: "\n").map(String.init)
        #expect(indexes.contains("tenants_status_type"))
        let tests = try Self.explaining.map { try String(contentsOf: $0, encoding: .utf8) }
        for index in indexes {
            #expect(tests.contains { $0.contains(index) }, "\(index) is explained by no test")
        }
    }
}
