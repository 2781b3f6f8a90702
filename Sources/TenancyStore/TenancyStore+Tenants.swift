internal import Postgres
package import Tenancy

extension TenancyStore {
    /// Registers a tenant with its trial subscription and the first rows of its log, all or
    /// nothing. Nil when the creation was only to be validated.
    ///
    /// - Throws: `alreadyExists` for the code or the domain, `idempotencyKeyReused`,
    ///   `invalidArgument` for a time zone that does not exist, `aborted`, `unavailable`.
    package func createTenant(
        _ creation: TenantCreation, context: AuditContext
    ) async throws(DomainError) -> Tenant? {
        let rows = try await write(
            in: .platform, context: context, Self.createTenantStatement(creation))
        guard let row = rows.first else { throw Self.emptyAnswer }
        switch try row.value("outcome", as: String.self) {
        case "created", "replayed":
            let tenant = try row.tenant()
            directory.keep(tenant.id, tenant.profile.code)
            return tenant
        case "validated": return nil
        case "key_reused": throw .idempotencyKeyReused
        default: throw Self.emptyAnswer
        }
    }

    /// - Throws: `notFound`, `unavailable`.
    package func tenant(_ id: TenantID) async throws(DomainError) -> Tenant {
        let rows = try await read(
            in: .tenant(id), "SELECT * FROM tenants WHERE id = \(id.rawValue)")
        guard let row = rows.first else { throw .tenantNotFound }
        return try row.tenant()
    }

    static let emptyAnswer = DomainError(
        .internalFailure, message: "the database speaks another schema")

    private static func createTenantStatement(_ creation: TenantCreation) -> SQL {
        let profile = creation.profile
        let hash = creation.idempotency.map { PostgresBytes($0.requestHash) }
        return """
            SELECT f.outcome, (f.tenant).* FROM create_tenant(
                p_tenant_code => \(profile.code.text),
                p_tenant_name => \(profile.name),
                p_tenant_type => \(profile.type.rawValue),
                p_admin_email => \(profile.adminEmail),
                p_status => \(profile.status.rawValue),
                p_domain => \(optional: profile.domain),
                p_logo_url => \(optional: profile.logoURL),
                p_primary_color => \(optional: profile.primaryColor),
                p_secondary_color => \(optional: profile.secondaryColor),
                p_support_email => \(optional: profile.supportEmail),
                p_regulatory_body => \(optional: profile.regulatoryBody),
                p_license_number => \(optional: profile.licenseNumber),
                p_settings => \(PostgresJSON(text: profile.settings.text)),
                p_features => \(PostgresJSON(text: profile.features.text)),
                p_time_zone => \(profile.timeZone),
                p_idempotency_key => \(optional: creation.idempotency?.key),
                p_request_hash => \(optional: hash),
                p_validate_only => \(creation.validateOnly)) f
            """
    }
}
