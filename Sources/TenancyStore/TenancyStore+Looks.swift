internal import Postgres
package import Tenancy

/// What tenants look like. Login pages ask for it, so it is answered from memory where it can be.
extension TenancyStore {
    /// How much memory the looks take that are remembered.
    package static let looksBytesMax = 32 << 20

    /// A tenant and its look. A change by this server shows at once, one by another within
    /// `ChangeFeed.trustTimeMax`.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func look(of tenant: TenantID) async throws(DomainError) -> TenantLook {
        let look = try await looks.value(LookKey(), of: tenant, cost: \.memoryBytes) {
            () async throws(DomainError) -> TenantLook? in
            let stored = try await self.tenant(tenant)
            return TenantLook(
                tenant: stored,
                branding: Branding(
                    of: stored.profile, settings: try await brandingSettings(of: tenant),
                    platform: platformLook))
        }
        guard let look else { throw .tenantNotFound }
        return look
    }

    /// The look of the active tenant with this code, for callers whom nobody knows.
    ///
    /// - Throws: `notFound` for a tenant that is absent or not active, `unavailable`.
    package func publicLook(of code: TenantCode) async throws(DomainError) -> TenantLook {
        guard let tenant = try await tenantID(of: .code(code)) else { throw .tenantNotFound }
        let look = try await look(of: tenant)
        guard look.tenant.profile.status == .active else { throw .tenantNotFound }
        return look
    }

    /// The values that decide on a tenant's look, the one that decides first in front: that of the
    /// key `branding`, then the others in the order of their keys. Secrets are for nobody to see,
    /// and so decide nothing.
    private func brandingSettings(
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

/// A tenant has one look.
struct LookKey: Sendable, Hashable {}
