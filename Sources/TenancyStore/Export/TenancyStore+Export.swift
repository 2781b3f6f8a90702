internal import Postgres
internal import Synchronization
package import Tenancy

extension TenancyStore {
    /// How many exports a server works on at once: each keeps a connection for as long as its
    /// caller takes to read, and half of one loop's are for the others.
    package static let exportsMax = 4
    /// How many records of an export are in memory at once; few are over a kilobyte, and none over
    /// 300.
    static let exportBatchRecordsMax: Int32 = 100

    /// Everything that is kept of a tenant, as of one moment, one record after the other, and in
    /// the end how many there were of each kind. The log says first that it was asked for, which
    /// stays true when the export fails.
    ///
    /// It reads by a cursor, so however much there is, a hundred records are in memory.
    ///
    /// - Parameter send: Takes a record; the next one is read when it returns.
    /// - Throws: what `send` throws, `notFound`, `tooMany`, `unavailable`.
    package func export(
        _ tenant: TenantID, context: AuditContext,
        to send: (ExportRecord) async throws -> Void
    ) async throws {
        let isAdmitted = exportsUnderWay.withLock { count in
            guard count < Self.exportsMax else { return false }
            count += 1
            return true
        }
        guard isAdmitted else {
            throw DomainError(
                .tooMany(.exports), message: "this server works on \(Self.exportsMax) exports",
                metadata: ["max": String(Self.exportsMax)])
        }
        defer { exportsUnderWay.withLock { $0 -= 1 } }
        try await logExport(of: tenant, context: context)
        try await exportSnapshot(of: tenant, to: send)
    }

    private func exportSnapshot(
        of tenant: TenantID, to send: (ExportRecord) async throws -> Void
    ) async throws {
        var settings = TransactionSettings(scope: .tenant(tenant))
        settings.isolation = .repeatableRead
        settings.isReadOnly = true
        // Exports have a limit of their own. Were they of the tenant's share, a few of them would
        // be all of it, and wait for what is looked up for them meanwhile.
        settings.party = nil
        // Times are written out, and must not depend on the database's configuration.
        settings.statements.append("SET LOCAL TimeZone = 'UTC'")
        do {
            try await client.withTransaction(settings) { transaction in
                var counts: [(kind: String, count: Int)] = []
                for kind in ExportKind.all {
                    let count = try await export(kind, of: tenant, in: transaction, send)
                    counts.append((kind.name, count))
                }
                let members = counts.map { "\"\($0.kind)\": \($0.count)" }
                try await send(
                    ExportRecord(
                        kind: ExportRecord.end,
                        record: JSONObjectText(trusted: "{\(members.joined(separator: ", "))}")))
            }
        } catch let error as PostgresError {
            throw DomainError(error)
        }
    }

    private func export(
        _ kind: ExportKind, of tenant: TenantID, in transaction: Transaction,
        _ send: (ExportRecord) async throws -> Void
    ) async throws -> Int {
        let cursor = "export_\(kind.name)"
        _ = try await transaction.query(kind.cursor(cursor, of: tenant))
        let fetch = SQL.once(unsafeSQL: "FETCH \(Self.exportBatchRecordsMax) FROM \(cursor)")
        var count = 0
        while true {
            let rows = try await transaction.query(fetch)
            for row in rows {
                try await send(ExportRecord(kind: kind.name, record: try row.object("record")))
            }
            count += rows.count
            guard rows.count == Int(Self.exportBatchRecordsMax) else { break }
        }
        _ = try await transaction.query(.once(unsafeSQL: "CLOSE \(cursor)"))
        return count
    }

    private func logExport(of tenant: TenantID, context: AuditContext) async throws(DomainError) {
        _ = try await write(
            in: .tenant(tenant), context: context,
            """
            SELECT append_tenant_activity(
                \(tenant.rawValue), 'tenant_exported', 'tenant', \(String(tenant.rawValue)), '{}')
            """)
    }
}
