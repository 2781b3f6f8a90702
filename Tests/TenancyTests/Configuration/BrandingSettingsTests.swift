internal import Tenancy
internal import Testing

@Suite struct BrandingSettingsTests {
    static func profile() throws -> TenantProfile {
        var draft = TenantDraft()
        draft.tenantCode = "axis-securities"
        draft.tenantName = "Axis Securities Ltd"
        draft.tenantType = .broker
        draft.adminEmail = "admin@axissecurities.com"
        draft.domain = "axis.vyomo.in"
        draft.primaryColor = "#800080"
        return try draft.validated()
    }

    static func branding(_ settings: String...) throws -> Branding {
        Branding(
            of: try profile(),
            settings: try settings.map { try #require(SettingValue($0)) },
            platform: .platform)
    }

    @Test("Settings go before the tenant's fields, and those before the platform's")
    func layers() throws {
        let branding = try Self.branding(
            ##"{"primaryColor": "#111111", "companyName": "Axis"}"##)
        #expect(branding.primaryColor == "#111111")
        #expect(branding.companyName == "Axis")
        #expect(branding.domain == "axis.vyomo.in")
        #expect(branding.secondaryColor == BrandingLayer.platform.secondaryColor)
        #expect(branding.favicon == BrandingLayer.platform.favicon)
    }

    @Test("The domain is the tenant's own, whatever a setting says")
    func domain() throws {
        let branding = try Self.branding(#"{"domain": "other.vyomo.in", "theme": "dark"}"#)
        #expect(branding.domain == "axis.vyomo.in")
        #expect(!branding.settings.text.contains("other"))
    }

    @Test("The first setting that has a field decides, and null says nothing")
    func order() throws {
        let branding = try Self.branding(
            #"{"companyName": null, "favicon": "https://one.example.com/f.ico"}"#,
            #"{"companyName": "Two", "favicon": "https://two.example.com/f.ico"}"#)
        #expect(branding.companyName == "Two")
        #expect(branding.favicon == "https://one.example.com/f.ico")
    }

    @Test("Further settings are taken member by member, nested or not, and keep their digits")
    func further() throws {
        let branding = try Self.branding(
            #"{"theme": "professional", "brandingSettings": {"theme": "dark", "big": 1e3}}"#,
            #"{"customFooter": "© 2026 \"Axis\"", "showPoweredBy": null}"#)
        #expect(
            branding.settings.text
                == #"{"theme": "dark", "big": 1e3, "customFooter": "© 2026 \"Axis\"", "#
                + #""showPoweredBy": true}"#)
        #expect(JSONObjectText(branding.settings.text) != nil)
    }

    @Test("Without settings the look is the tenant's and the platform's")
    func none() throws {
        let branding = try Self.branding()
        #expect(branding.primaryColor == "#800080")
        #expect(branding.settings == BrandingLayer.platform.settings)
    }

    @Test("Escapes in a value are what they stand for")
    func escapes() throws {
        let branding = try Self.branding(#"{"companyName": "\u0041\ud83d\ude00\n\/\"ü"}"#)
        #expect(branding.companyName == "A😀\n/\"ü")
    }
}
