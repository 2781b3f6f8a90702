/// A tenant as its users see it: what it is, and the look that results from its settings.
package struct TenantLook: Sendable, Hashable {
    package let tenant: Tenant
    package let branding: Branding

    package init(tenant: Tenant, branding: Branding) {
        self.tenant = tenant
        self.branding = branding
    }

    /// About how much memory it takes.
    package var memoryBytes: Int {
        let profile = tenant.profile
        let long = [
            profile.settings.text, profile.features.text, branding.settings.text, profile.name,
            profile.logoURL ?? "", branding.logoURL, branding.favicon, branding.companyName,
        ]
        // What is short is counted as its fixed parts are.
        return long.reduce(1_024) { $0 + $1.utf8.count }
    }
}
