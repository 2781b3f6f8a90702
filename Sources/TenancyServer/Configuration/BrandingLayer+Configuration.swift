internal import Configuration
internal import Tenancy

extension BrandingLayer {
    /// The platform's own look, changed where the operator says so.
    ///
    /// - Throws: `ConfigurationError` naming the key and the rule it breaks.
    init(reading config: ConfigReader) throws {
        func text(
            _ key: ConfigKey, _ holds: (String) -> Bool, _ rule: String
        ) throws(ConfigurationError) -> String? {
            guard let text = config.string(forKey: key) else { return nil }
            guard holds(text) else {
                throw ConfigurationError(key: "branding.\(key)", rule: rule)
            }
            return text
        }
        let url = "must be an https URL of at most 2048 bytes"
        let color = "must be a colour such as #FF6B00"
        self = .platform
        logoURL = try text("logo.url", Syntax.isHTTPSURL, url) ?? logoURL
        favicon = try text("favicon.url", Syntax.isHTTPSURL, url) ?? favicon
        primaryColor = try text("primary.color", Syntax.isColor, color) ?? primaryColor
        secondaryColor = try text("secondary.color", Syntax.isColor, color) ?? secondaryColor
        supportEmail =
            try text("support.email", Syntax.isEmail, "must be an e-mail address") ?? supportEmail
    }
}
