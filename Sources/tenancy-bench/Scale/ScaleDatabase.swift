internal import Postgres
internal import Reactor
internal import TenancyCommandLine

/// The database behind the service, as the owner of its schema: what no call of the service could
/// load in a reasonable time, and what no call tells about the work behind it.
struct ScaleDatabase {
    private let client: PostgresClient

    init(url: String, loops: EventLoopGroup) {
        var configuration = PostgresConfiguration(url: url)
        configuration.applicationName = "tenancy-bench"
        configuration.connectionsMax = 1
        client = PostgresClient(configuration: configuration, loops: loops)
    }

    func close() async {
        await client.shutdown()
    }

    func tenantCount() async throws(CommandFailure) -> Int64 {
        let rows = try await query("SELECT count(*) AS tenants FROM tenants")
        return try Self.value(rows.first, "tenants")
    }

    /// Makes the tenants from `first` to `last`, each with so many rows of activity.
    func load(first: Int, last: Int, rowsPerTenant: Int) async throws(CommandFailure) {
        do {
            try await client.withTransaction(TransactionSettings()) { transaction in
                _ = try await transaction.query(
                    .once(
                        unsafeSQL: String(
                            decoding: PackageResources.load_sql, as: UTF8.self)))
                _ = try await transaction.query(
                    """
                    SELECT pg_temp.load_scale(
                        \(Int32(first)), \(Int32(last)), \(Int32(rowsPerTenant)))
                    """)
            }
        } catch {
            throw CommandFailure(.badAnswer, "loading: \(error)")
        }
    }

    /// Lets the planner know what is there, as autovacuum would a minute later.
    func analyze() async throws(CommandFailure) {
        _ = try await query("VACUUM (ANALYZE)")
    }

    /// What has been read from each table and index until now, partitions under the name of what
    /// they are part of. The feed of changes is left out: every server looks at it several times a
    /// second, and no call does.
    func counters() async throws(CommandFailure) -> AccessCounters {
        let rows = try await query(
            """
            SELECT coalesce(pg_partition_root(relid), relid)::regclass || \(Access.endToEnd)::text
                    AS path, seq_scan AS scans, seq_tup_read AS read
            FROM pg_stat_user_tables
            WHERE relname LIKE 'tenant%' AND relname <> 'tenant_change_feed'
            UNION ALL
            SELECT coalesce(pg_partition_root(indexrelid), indexrelid)::regclass::text, idx_scan,
                idx_tup_read
            FROM pg_stat_user_indexes
            WHERE relname LIKE 'tenant%' AND relname <> 'tenant_change_feed'
            """)
        var counters = AccessCounters()
        for row in rows {
            counters.add(
                AccessCounters.Count(
                    scans: try Self.value(row, "scans"), rows: try Self.value(row, "read")),
                of: try Self.value(row, "path"))
        }
        return counters
    }

    private func query(_ statement: SQL) async throws(CommandFailure) -> [Row] {
        do throws(PostgresError) {
            return try await client.query(statement)
        } catch {
            throw CommandFailure(.badAnswer, "the database: \(error)")
        }
    }

    private static func value<Value: PostgresDecodable>(
        _ row: Row?, _ column: String
    ) throws(CommandFailure) -> Value {
        guard let row, let value = try? row.decode(column, as: Value.self) else {
            throw CommandFailure(.badAnswer, "the database: its answer is not what was asked for")
        }
        return value
    }
}
