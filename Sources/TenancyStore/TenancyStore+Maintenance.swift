internal import Postgres
package import Tenancy

extension TenancyStore {
    /// How far ahead partitions are made: long enough that a maintenance job may fail for weeks.
    package static let partitionMonthsAhead: Int32 = 3

    /// Makes the partitions that will be needed, and answers how many it made. Any number of
    /// servers may do so at once.
    ///
    /// - Throws: `unavailable`, `aborted`.
    package func ensurePartitions(
        context: AuditContext
    ) async throws(DomainError) -> Int {
        let rows = try await write(
            in: .platform, context: context,
            "SELECT ensure_partitions(\(Self.partitionMonthsAhead)) AS made")
        guard let row = rows.first else { throw Self.emptyAnswer }
        return Int(try row.value("made", as: Int32.self))
    }

    /// Forgets the answers that no retry may ask for any more, and answers how many.
    ///
    /// - Throws: `unavailable`, `aborted`.
    package func purgeIdempotencyKeys(context: AuditContext) async throws(DomainError) -> Int {
        let rows = try await write(
            in: .platform, context: context, "SELECT purge_idempotency_keys() AS purged")
        guard let row = rows.first else { throw Self.emptyAnswer }
        return Int(clamping: try row.value("purged", as: Int64.self))
    }
}
