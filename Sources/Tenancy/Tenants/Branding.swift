/// The look of a tenant, resolved: every field has the value that users see.
package struct Branding: Sendable, Hashable {
    /// Empty when the tenant has no white label.
    package var domain = ""
    package var logoURL = ""
    package var primaryColor = ""
    package var secondaryColor = ""
    package var favicon = ""
    package var companyName = ""
    package var supportEmail = ""
    /// Further settings of the look, such as a theme.
    package var settings = JSONObjectText.empty

    /// Each field is the one of the first layer that has it, and so is each member of the further
    /// settings.
    package init(_ layers: [BrandingLayer]) {
        func first(_ field: KeyPath<BrandingLayer, String?>) -> String {
            layers.lazy.compactMap { $0[keyPath: field] }.first ?? ""
        }
        domain = first(\.domain)
        logoURL = first(\.logoURL)
        primaryColor = first(\.primaryColor)
        secondaryColor = first(\.secondaryColor)
        favicon = first(\.favicon)
        companyName = first(\.companyName)
        supportEmail = first(\.supportEmail)
        settings = JSONObjectText.merged(layers.compactMap(\.settings))
    }
}

/// What one place says about the look of a tenant; nil where it says nothing.
package struct BrandingLayer: Sendable, Hashable {
    package var domain: String?
    package var logoURL: String?
    package var primaryColor: String?
    package var secondaryColor: String?
    package var favicon: String?
    package var companyName: String?
    package var supportEmail: String?
    package var settings: JSONObjectText?

    package init() {}

    /// What the register of tenants says.
    package init(_ profile: TenantProfile) {
        domain = profile.domain
        logoURL = profile.logoURL
        primaryColor = profile.primaryColor
        secondaryColor = profile.secondaryColor
        companyName = profile.name
        supportEmail = profile.supportEmail
    }

    /// The platform's own look, for what a tenant says nothing about, unless the operator has given
    /// it another. It is nobody else's: a tenant without a logo does not show that of a bank.
    package static let platform: BrandingLayer = {
        var layer = BrandingLayer()
        layer.logoURL = "https://cdn.vyomo.in/platform/logo.png"
        layer.primaryColor = "#FF6B00"
        layer.secondaryColor = "#00A651"
        layer.favicon = "https://cdn.vyomo.in/platform/favicon.ico"
        layer.supportEmail = "support@vyomo.in"
        layer.settings = JSONObjectText(trusted: #"{"showPoweredBy": true, "theme": "light"}"#)
        return layer
    }()
}
