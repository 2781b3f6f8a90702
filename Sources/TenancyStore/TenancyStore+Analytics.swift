internal import Postgres
package import Tenancy

extension TenancyStore {
    /// The numbers of a tenant as of now.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func analytics(of tenant: TenantID) async throws(DomainError) -> TenantAnalytics {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT a.*, a.storage_used_gb::float8 AS storage_gb
            FROM get_tenant_analytics(\(tenant.rawValue)) a
            """)
        guard let row = rows.first else { throw .tenantNotFound }
        return TenantAnalytics(
            totalUsers: try row.value("total_users"),
            activeUsers30d: try row.value("active_users_30d"),
            totalAPICalls30d: try row.value("total_api_calls_30d"),
            totalTransactions30d: try row.value("total_transactions_30d"),
            storageUsedGB: try row.value("storage_gb"),
            quotaHealth: try row.named("quota_status"))
    }
}
