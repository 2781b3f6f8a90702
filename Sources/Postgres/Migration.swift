/// One numbered step of the schema.
package struct Migration: Sendable, Hashable {
    /// Its place in the order. There may be gaps: what is developed side by side takes its numbers
    /// from ranges of its own.
    package var number: Int
    package var name: String
    /// The statements, run in one transaction.
    package var sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// - Parameter fileName: Such as `0003_quota.sql`.
    /// - Returns: nil for a name of another form.
    package init?(fileName: String, sql: String) {
        guard fileName.hasSuffix(".sql") else { return nil }
        let stem = fileName.dropLast(4)
        guard let underscore = stem.firstIndex(of: "_"), let number = Int(stem[..<underscore])
        else { return nil }
        self.init(number: number, name: String(stem[stem.index(after: underscore)...]), sql: sql)
    }
}

/// What of a list of migrations is still to be applied, or why none may be: a pure decision.
struct MigrationPlan {
    struct Applied: Hashable {
        var number: Int
        var name: String
        var checksum: String
    }

    /// - Throws: `PostgresError` with `.migration`: a number that is there twice, an applied
    ///   migration whose text has changed, or one that this program does not know.
    static func pending(
        of migrations: [Migration], applied: [Applied], checksum: (String) -> String
    ) throws(PostgresError) -> [Migration] {
        let sorted = migrations.sorted { $0.number < $1.number }
        for (migration, next) in zip(sorted, sorted.dropFirst())
        where migration.number == next.number {
            throw PostgresError(
                .migration,
                "migration \(next.number) is there twice: \(migration.name), \(next.name)")
        }
        for row in applied {
            guard let migration = sorted.first(where: { $0.number == row.number }) else {
                throw PostgresError(
                    .migration,
                    "the database has migration \(row.number) (\(row.name)), which is newer than "
                        + "this program")
            }
            guard row.checksum == checksum(migration.sql) else {
                throw PostgresError(
                    .migration,
                    "migration \(row.number) (\(row.name)) was changed after it was applied")
            }
        }
        let numbers = Set(applied.map(\.number))
        let pending = sorted.filter { !numbers.contains($0.number) }
        guard let first = pending.first, let last = numbers.max(), first.number < last else {
            return pending
        }
        throw PostgresError(
            .migration, "migration \(first.number) was skipped: \(last) is applied already")
    }
}
