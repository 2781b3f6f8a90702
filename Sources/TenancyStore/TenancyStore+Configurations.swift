internal import Postgres
package import Tenancy

extension TenancyStore {
    /// How many bytes of settings one page holds, so that its answer fits a frame.
    package static let settingPageBytesMax: Int64 = 2 << 20

    /// How much memory the pages take that are remembered.
    package static let settingPagesBytesMax = 32 << 20

    /// A page of a tenant's settings, in the order of their keys; secrets are sealed. It ends early
    /// where it would become too large. A change by this server shows at once, one by another
    /// within `ChangeFeed.trustTimeMax`.
    ///
    /// - Throws: `unavailable`.
    package func listSettings(
        of tenant: TenantID, _ list: SettingListRequest
    ) async throws(DomainError) -> SettingPage {
        let page = try await settingPages.value(list, of: tenant, cost: \.memoryBytes) {
            () async throws(DomainError) -> SettingPage? in
            try Self.page(
                of: try await read(in: .tenant(tenant), Self.pageStatement(list, of: tenant)), list)
        }
        guard let page else { throw Self.emptyAnswer }
        return page
    }

    /// The same as it is now, and in the same transaction a row in the log for each secret on it:
    /// the page is for somebody who will see them in clear.
    ///
    /// - Throws: `unavailable`, `aborted`.
    package func revealSettings(
        of tenant: TenantID, _ list: SettingListRequest, context: AuditContext
    ) async throws(DomainError) -> SettingPage {
        let rows = try await write(
            in: .tenant(tenant), context: context,
            """
            WITH page AS MATERIALIZED (\(sql: Self.pageStatement(list, of: tenant))),
            logged AS MATERIALIZED (
                SELECT count(append_tenant_activity(
                    s.tenant_id, 'config_revealed', 'configuration', s.config_key,
                    jsonb_build_object('config_type', s.config_type, 'version', s.version))) AS n
                FROM (SELECT * FROM page WHERE is_sensitive ORDER BY config_key) AS s)
            SELECT page.* FROM page, logged ORDER BY page.config_key
            """)
        return try Self.page(of: rows, list)
    }

    private static func pageStatement(_ list: SettingListRequest, of tenant: TenantID) -> SQL {
        // The windows run over the rows' sizes; values are only read of the rows that are answered.
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
        """
    }

    private static func page(
        of rows: [Row], _ list: SettingListRequest
    ) throws(DomainError) -> SettingPage {
        var settings: [Setting] = []
        for row in rows { settings.append(try row.setting()) }
        guard let last = settings.last, try rows.last?.value("has_next", as: Bool.self) == true
        else { return SettingPage(settings: settings, nextPageToken: "") }
        return SettingPage(
            settings: settings, nextPageToken: list.nextPageToken(after: last.key))
    }
}
