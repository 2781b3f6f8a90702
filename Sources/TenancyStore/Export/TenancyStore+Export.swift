internal import Postgres
internal import Synchronization
package import Tenancy

extension TenancyStore {
    /// How many exports a server works on at once: each keeps a connection for as long as its
    /// caller takes to read, and half of one loop's are for the others.
    package static let exportsMax = 4
    /// How many of them may be of one tenant: whoever reads slowly keeps none of the others out.
    package static let exportsPerTenantMax = 2
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
        try exportsUnderWay.withLock { (count) throws(DomainError) in try count.enter(tenant) }
        defer { exportsUnderWay.withLock { $0.leave(tenant) } }
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

/// The exports that a server works on, by tenant.
struct ExportsUnderWay {
    private var counts: [TenantID: Int] = [:]

    /// - Throws: `tooMany`, and then nothing has happened.
    mutating func enter(_ tenant: TenantID) throws(DomainError) {
        let own = counts[tenant] ?? 0
        guard own < TenancyStore.exportsPerTenantMax else {
            throw Self.refusal("\(own) exports of the tenant", TenancyStore.exportsPerTenantMax)
        }
        let total = counts.values.reduce(0, +)
        guard total < TenancyStore.exportsMax else {
            throw Self.refusal("\(total) exports", TenancyStore.exportsMax)
        }
        counts[tenant] = own + 1
    }

    mutating func leave(_ tenant: TenantID) {
        let own = (counts[tenant] ?? 0) - 1
        counts[tenant] = own > 0 ? own : nil
    }

    private static func refusal(_ what: String, _ max: Int) -> DomainError {
        DomainError(
            .tooMany(.exports), message: "this server works on \(what)",
            metadata: ["max": String(max)])
    }
}
