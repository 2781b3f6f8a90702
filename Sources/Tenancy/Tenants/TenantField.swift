/// What of a tenant can change, by the names that the interface uses, in their order there. The
/// status is none of them: it changes by `TenantTransition`.
package enum TenantField: String, Sendable, Hashable, CaseIterable {
    case tenantName = "tenant_name"
    case tenantType = "tenant_type"
    case domain
    case logoURL = "logo_url"
    case primaryColor = "primary_color"
    case secondaryColor = "secondary_color"
    case adminEmail = "admin_email"
    case supportEmail = "support_email"
    case regulatoryBody = "regulatory_body"
    case licenseNumber = "license_number"
    case settings
    case features
    case timeZone = "time_zone"
}
