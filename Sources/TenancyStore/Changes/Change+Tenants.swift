internal import Postgres
package import Tenancy

/// Changes of the tenant itself. Its row is locked by the beginning of the change, so what is read
/// of it stays so until the end.
extension Change {
    /// Changes what the update names. A change that changes nothing makes no new version.
    ///
    /// - Throws: `versionMismatch`, `alreadyExists` for the domain, `invalidArgument` for a time
    ///   zone that does not exist, or a licence without its regulatory body.
    package func updateTenant(_ update: TenantUpdate) async throws(DomainError) -> Tenant {
        let present = try await presentTenant()
        try update.expected.check(present.version)
        let profile = try update.applied(to: present.profile)
        let rows = try await query(
            """
            UPDATE tenants SET
                tenant_name = \(profile.name),
                tenant_type = \(profile.type.rawValue),
                domain = \(optional: profile.domain),
                logo_url = \(optional: profile.logoURL),
                primary_color = \(optional: profile.primaryColor),
                secondary_color = \(optional: profile.secondaryColor),
                admin_email = \(profile.adminEmail),
                support_email = \(optional: profile.supportEmail),
                regulatory_body = \(optional: profile.regulatoryBody),
                license_number = \(optional: profile.licenseNumber),
                settings = \(PostgresJSON(text: profile.settings.text)),
                features = \(PostgresJSON(text: profile.features.text)),
                time_zone = \(profile.timeZone)
            WHERE id = \(tenant.rawValue)
            RETURNING *
            """)
        guard let row = rows.first else { return present }
        return try row.tenant()
    }

    /// Moves the tenant to another status, as the platform, whose the status is.
    ///
    /// - Throws: `versionMismatch`, `failedPrecondition` with `invalidStatusTransition`.
    package func moveTenant(
        _ request: TenantTransitionRequest
    ) async throws(DomainError) -> Tenant {
        let present = try await presentTenant()
        try request.expected.check(present.version)
        let status = try request.transition.applied(to: present.profile.status)
        _ = try await query(
            "SELECT set_config('tenancy.reason', \(request.reason ?? ""), true)")
        return try await asPlatform(
            """
            UPDATE tenants SET status = \(status.rawValue) WHERE id = \(tenant.rawValue)
            RETURNING *
            """
        ).tenant()
    }

    private func presentTenant() async throws(DomainError) -> Tenant {
        try await row("SELECT * FROM tenants WHERE id = \(tenant.rawValue)").tenant()
    }
}
