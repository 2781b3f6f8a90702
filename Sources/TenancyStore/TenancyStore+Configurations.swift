internal import Postgres
package import Tenancy

extension TenancyStore {
    /// How many bytes of settings one page holds, so that its answer fits a frame.
    package static let settingPageBytesMax: Int64 = 2 << 20

    /// A page of a tenant's settings, in the order of their keys; secrets are sealed. It ends early
    /// where it would become too large.
    ///
    /// - Throws: `unavailable`.
    package func listSettings(
        of tenant: TenantID, _ list: SettingListRequest
    ) async throws(DomainError) -> SettingPage {
        // The windows run over the rows' sizes; values are only read of the rows that are answered.
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT p.* FROM (
                SELECT c.*,
                    sum(c.answer_bytes) OVER keys - c.answer_bytes AS bytes_before,
                    lead(c.config_key) OVER keys IS NOT NULL AS has_next
                FROM tenant_configurations c
                WHERE c.tenant_id = \(tenant.rawValue) AND c.config_key > \(list.afterKey)
                    AND starts_with(c.config_key, \(list.keyPrefix))
                    AND c.config_type = coalesce(\(optional: list.type?.rawValue), c.config_type)
                WINDOW keys AS (ORDER BY c.config_key ROWS UNBOUNDED PRECEDING)) p
            WHERE p.bytes_before < \(Self.settingPageBytesMax)
            ORDER BY p.config_key LIMIT \(Int64(list.pageSize.entries))
            """)
        var settings: [Setting] = []
        for row in rows { settings.append(try row.setting()) }
        guard let last = settings.last, try rows.last?.value("has_next", as: Bool.self) == true
        else { return SettingPage(settings: settings, nextPageToken: "") }
        return SettingPage(
            settings: settings, nextPageToken: list.nextPageToken(after: last.key))
    }

    /// The values that decide on a tenant's look, the one that decides first in front: that of the
    /// key `branding`, then the others in the order of their keys. Secrets are for nobody to see,
    /// and so decide nothing.
    ///
    /// - Throws: `unavailable`.
    package func brandingSettings(
        of tenant: TenantID
    ) async throws(DomainError) -> [SettingValue] {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT c.config_value FROM tenant_configurations c
            WHERE c.tenant_id = \(tenant.rawValue) AND c.config_type = 'branding'
                AND c.sealed_value IS NULL
            ORDER BY c.config_key <> 'branding', c.config_key
            LIMIT \(Int64(BrandingLayer.settingsMax))
            """)
        var values: [SettingValue] = []
        for row in rows {
            values.append(
                SettingValue(trusted: try row.value("config_value", as: PostgresJSON.self).text))
        }
        return values
    }
}
