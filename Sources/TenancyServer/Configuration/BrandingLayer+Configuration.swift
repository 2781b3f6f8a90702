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
        let color = "must be a colour such as #FF6B00"
        self = .platform
        logoURL = try text("logo.url", Syntax.isHTTPSURL, Syntax.httpsURLRule) ?? logoURL
        favicon = try text("favicon.url", Syntax.isHTTPSURL, Syntax.httpsURLRule) ?? favicon
        primaryColor = try text("primary.color", Syntax.isColor, color) ?? primaryColor
        secondaryColor = try text("secondary.color", Syntax.isColor, color) ?? secondaryColor
        supportEmail =
            try text("support.email", Syntax.isEmail, NewMember.emailRule) ?? supportEmail
    }
}
