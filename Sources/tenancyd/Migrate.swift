internal import ArgumentParser
internal import Foundation
internal import TenancyServer

/// Brings the schema up to date, as its owner.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to date.",
        discussion: "Safe to run by many at once: one applies, the others wait and do nothing.")

    @Option(
        help: """
            The Postgres URL of the role that owns the schema. Default: \
            TENANCY_MIGRATION_DATABASE_URL, which other users of the machine cannot read.
            """)
    var databaseURL: String?

    static let _commandName = "migrate"

    func run() async throws {
        let given = ProcessInfo.processInfo.environment["TENANCY_MIGRATION_DATABASE_URL"]
        guard let url = databaseURL ?? given, !url.isEmpty else {
            throw ValidationError(
                "name the database by TENANCY_MIGRATION_DATABASE_URL or --database-url")
        }
        let applied = try await SchemaMigration.run(on: url)
        print(
            applied.isEmpty
                ? "the schema is up to date" : "applied \(applied.joined(separator: ", "))")
    }
}
