internal import Postgres
package import Tenancy

/// What watches of settings read.
extension TenancyStore {
    /// How many settings are read at once.
    private static let snapshotRowsMax: Int64 = 50

    /// Gives every setting of a tenant to `body`, as of one moment, and answers with that moment's
    /// place in the tenant's chain. Secrets come sealed, without their values.
    ///
    /// - Throws: what `body` throws; `notFound`, `unavailable`.
    package func withSettings(
        of tenant: TenantID, type: SettingType?, _ body: (Setting) async throws -> Void
    ) async throws -> ChainPosition {
        var settings = TransactionSettings(scope: .tenant(tenant))
        settings.isolation = .repeatableRead
        settings.isReadOnly = true
        do {
            return try await client.withTransaction(settings) { transaction in
                let heads = try await transaction.query(
                    """
                    SELECT h.sequence, h.created_at, h.row_hash FROM tenant_activity_heads h
                    WHERE h.tenant_id = \(tenant.rawValue)
                    """)
                guard let head = heads.first else { throw DomainError.tenantNotFound }
                var after = ""
                while true {
                    let rows = try await transaction.query(
                        """
                        SELECT c.* FROM tenant_configurations c
                        WHERE c.tenant_id = \(tenant.rawValue) AND c.config_key > \(after)
                            AND c.config_type = coalesce(\(optional: type?.rawValue), c.config_type)
                        ORDER BY c.config_key LIMIT \(Self.snapshotRowsMax)
                        """)
                    for row in rows {
                        let setting = try row.setting()
                        after = setting.key.text
                        try await body(setting)
                    }
                    guard rows.count == Int(Self.snapshotRowsMax) else { break }
                }
                return try head.chainPosition()
            }
        } catch let error as PostgresError {
            throw DomainError(error)
        }
    }

    /// The changes behind one place of the chain up to another, in order, the first `limit`.
    ///
    /// - Throws: `unavailable`.
    package func settingChanges(
        of tenant: TenantID, after position: ChainPosition, through end: ChainPosition,
        type: SettingType?, limit: Int
    ) async throws(DomainError) -> [SettingChange] {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT c.*, NULL::bytea AS sealed_value
            FROM tenant_configuration_changes c
            WHERE c.tenant_id = \(tenant.rawValue)
                AND c.sequence > \(position.sequence) AND c.sequence <= \(end.sequence)
                AND c.config_type = coalesce(\(optional: type?.rawValue), c.config_type)
            ORDER BY c.sequence LIMIT \(Int64(limit))
            """)
        var changes: [SettingChange] = []
        for row in rows {
            changes.append(
                SettingChange(
                    position: ChainPosition(
                        sequence: try row.value("sequence"),
                        createdAt: try row.timestamp("changed_at"),
                        rowHash: try row.value("row_hash")),
                    isDeletion: try row.value("action", as: String.self) == "config_deleted",
                    setting: try row.setting()))
        }
        return changes
    }

    /// The last change that is no longer kept; 0 when all are.
    ///
    /// - Throws: `unavailable`.
    package func compactedSettingsSequence(of tenant: TenantID) async throws(DomainError) -> Int64 {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT h.compacted_sequence FROM tenant_configuration_heads h
            WHERE h.tenant_id = \(tenant.rawValue)
            """)
        return try rows.first?.value("compacted_sequence") ?? 0
    }
}

extension Row {
    fileprivate func chainPosition() throws(DomainError) -> ChainPosition {
        ChainPosition(
            sequence: try value("sequence"), createdAt: try timestamp("created_at"),
            rowHash: try value("row_hash"))
    }
}
