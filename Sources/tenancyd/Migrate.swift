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
            The Postgres URL of the role that owns the schema, without a password. Default: \
            TENANCY_MIGRATION_DATABASE_URL.
            """)
    var databaseURL: String?

    @Option(
        help: """
            A file that holds it instead, with a password or without. Default: \
            TENANCY_MIGRATION_DATABASE_URL_FILE.
            """)
    var databaseURLFile: String?

    static let _commandName = "migrate"

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let url: String?
        do {
            url = try SchemaMigration.url(
                databaseURL ?? environment["TENANCY_MIGRATION_DATABASE_URL"],
                file: databaseURLFile ?? environment["TENANCY_MIGRATION_DATABASE_URL_FILE"])
        } catch let error as ConfigurationError {
            throw ValidationError(error.description)
        }
        guard let url else {
            throw ValidationError(
                "name the database by TENANCY_MIGRATION_DATABASE_URL or --database-url")
        }
        let applied = try await SchemaMigration.run(on: url)
        print(
            applied.isEmpty
                ? "the schema is up to date" : "applied \(applied.joined(separator: ", "))")
    }
}
