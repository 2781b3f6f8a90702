internal import Reactor

/// Brings a schema up to date: numbered migrations, forward only, each in its own transaction.
///
/// An advisory lock makes it safe to start many servers at once: one applies, the others wait and
/// find nothing to do.
package struct Migrator: Sendable {
    /// The key of the advisory lock; any number that nobody else uses.
    private static let lock: Int64 = 0x6266_6374_656e_616e

    private let migrations: [Migration]
    private let checksum: @Sendable (String) -> String

    /// - Parameter checksum: A digest of a migration's text, to notice one that was changed after
    ///   it was applied.
    package init(migrations: [Migration], checksum: @escaping @Sendable (String) -> String) {
        self.migrations = migrations
        self.checksum = checksum
    }

    /// Applies what is missing, as the role of `url`, which owns the schema.
    ///
    /// - Returns: What was applied, in order.
    /// - Throws: `PostgresError`; with `.migration` when the database and the program disagree.
    package func run(on url: String) async throws -> [Migration] {
        try await withCheckedThrowingContinuation { continuation in
            do {
                // A thread of its own: it may wait for another server's migrations for minutes, and
                // what else blocks, such as the cancellation of statements, must not.
                try Thread.detach(name: "pg-migrate") {
                    continuation.resume(with: Result { try apply(on: url) })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private func apply(on url: String) throws(PostgresError) -> [Migration] {
        let connection = try LibPQ(
            connecting: url, applicationName: "tenancyd migrate", timeoutSeconds: 10)
        _ = try connection.execute("SELECT pg_advisory_lock(\(Self.lock))")
        _ = try connection.execute(
            script: """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    number integer PRIMARY KEY,
                    name text NOT NULL,
                    checksum text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now())
                """)
        let rows = try connection.execute(
            "SELECT number::int8 AS number, name, checksum FROM schema_migrations ORDER BY 1")
        var applied: [MigrationPlan.Applied] = []
        for row in rows {
            applied.append(
                .init(
                    number: Int(try row.decode("number", as: Int64.self)),
                    name: try row.decode("name"), checksum: try row.decode("checksum")))
        }
        let pending = try MigrationPlan.pending(
            of: migrations, applied: applied, checksum: checksum)
        for migration in pending { try apply(migration, on: connection) }
        // The lock goes with the connection.
        return pending
    }

    private func apply(_ migration: Migration, on connection: LibPQ) throws(PostgresError) {
        do {
            _ = try connection.execute(script: "BEGIN")
            _ = try connection.execute(script: migration.sql)
            _ = try connection.execute(
                """
                INSERT INTO schema_migrations (number, name, checksum)
                VALUES (\(Int32(clamping: migration.number)), \(migration.name), \
                \(checksum(migration.sql)))
                """)
            _ = try connection.execute(script: "COMMIT")
        } catch {
            _ = try? connection.execute(script: "ROLLBACK")
            var named = error
            named.message = "migration \(migration.number) (\(migration.name)): \(error.message)"
            throw named
        }
    }
}
