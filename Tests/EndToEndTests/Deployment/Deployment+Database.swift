internal import Foundation

extension Deployment {
    /// The rows of a query by the superuser, columns separated by `|`.
    func query(_ sql: String) async throws -> [String] {
        let outcome = try await Command(
            path: "\(postgres.programs)/psql",
            arguments: psqlArguments + ["--command", sql]
        ).run()
        guard outcome.status == 0 else { throw DeploymentError("psql: \(outcome.errors)") }
        return outcome.output.split(separator: "\n").map(String.init)
    }

    /// The one number a query answers with.
    func number(_ sql: String) async throws -> Int64 {
        let rows = try await query(sql)
        guard rows.count == 1, let number = Int64(rows[0]) else {
            throw DeploymentError("expected one number from \"\(sql)\", got \(rows)")
        }
        return number
    }

    /// Waits in the database until `condition`, an SQL expression, is true.
    ///
    /// - Throws: when that takes more than half a minute.
    func waitUntil(_ condition: String) async throws {
        _ = try await query(
            """
            DO $$
            BEGIN
                FOR attempt IN 1..1500 LOOP
                    PERFORM pg_stat_clear_snapshot();
                    IF \(condition) THEN RETURN; END IF;
                    PERFORM pg_sleep(0.02);
                END LOOP;
                RAISE 'still not so: \(condition.replacingOccurrences(of: "'", with: "\""))';
            END
            $$
            """)
    }

    /// Whether a notification comes to who reaches the database in this folder.
    func notified(through folder: String) async throws -> Bool {
        let outcome = try await Command(
            path: "\(postgres.programs)/psql",
            arguments: psqlArguments + [
                "--host", folder, "--command", "LISTEN x", "--command", "NOTIFY x, 'heard'",
            ]
        ).run()
        guard outcome.status == 0 else { throw DeploymentError("psql: \(outcome.errors)") }
        return outcome.output.contains("heard")
    }

    /// How the service itself reaches the database.
    var databaseURL: String {
        let host = postgres.socketFolder.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics)
        return "postgresql://tenancy_app@/tenancy?host=\(host ?? "")"
    }

    var psqlArguments: [String] {
        [
            "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1",
            "--host", postgres.socketFolder, "--username", "postgres", "--dbname", "tenancy",
        ]
    }
}
