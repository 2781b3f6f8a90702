internal import Postgres
package import Tenancy

/// What watches of settings read.
extension TenancyStore {
    /// How many bytes of settings a watch holds at once while it sends them.
    package static let watchedPageBytesMax: Int64 = 512 << 10
    /// How many settings that may be.
    package static let watchedPageSettingsMax: Int64 = 100

    /// The next settings of a tenant in the order of their keys, and the place in the tenant's
    /// chain as of which they are so; the last page has no settings. Secrets come without their
    /// values.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func watchedPage(
        of tenant: TenantID, type: SettingType?, after key: String
    ) async throws(DomainError) -> WatchedPage {
        // One statement, and so one moment.
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT h.sequence, h.created_at AS chain_created_at, h.row_hash, p.*
            FROM tenant_activity_heads h
            LEFT JOIN (
                SELECT q.config_key, q.config_type, q.config_value, q.is_sensitive,
                    NULL::bytea AS sealed_value, q.description, q.updated_by, q.created_at,
                    q.updated_at, q.version
                FROM (
                    SELECT c.*, sum(c.answer_bytes) OVER keys - c.answer_bytes AS bytes_before
                    FROM tenant_configurations c
                    WHERE c.tenant_id = \(tenant.rawValue) AND c.config_key > \(key)
                        AND c.config_type = coalesce(\(optional: type?.rawValue), c.config_type)
                    WINDOW keys AS (ORDER BY c.config_key ROWS UNBOUNDED PRECEDING)) q
                WHERE q.bytes_before < \(Self.watchedPageBytesMax)
                ORDER BY q.config_key LIMIT \(Self.watchedPageSettingsMax)) p ON true
            WHERE h.tenant_id = \(tenant.rawValue)
            ORDER BY p.config_key
            """)
        guard let head = rows.first else { throw .tenantNotFound }
        var settings: [Setting] = []
        for row in rows where try row.optional("config_key", as: String.self) != nil {
            settings.append(try row.setting())
        }
        return WatchedPage(
            settings: settings,
            position: ChainPosition(
                sequence: try head.value("sequence"),
                createdAt: try head.timestamp("chain_created_at"),
                rowHash: try head.value("row_hash")))
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
