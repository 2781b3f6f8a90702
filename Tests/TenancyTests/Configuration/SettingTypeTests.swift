internal import Tenancy
internal import Testing

@Suite struct SettingTypeTests {
    /// The fields of a value that break a rule of its type.
    static func violated(_ type: SettingType, _ value: String) throws -> [String] {
        var violations = FieldViolations()
        type.check(try #require(SettingValue(value)), violations: &violations)
        return violations.all.map(\.field)
    }

    static let documentedBranding = """
        {
          "domain": "bfc.vyomo.in",
          "logoUrl": "https://cdn.vyomo.in/tenants/bfc/logo.png",
          "primaryColor": "#FF6B00",
          "secondaryColor": "#00A651",
          "favicon": "https://cdn.vyomo.in/tenants/bfc/favicon.ico",
          "companyName": "BFC Bank",
          "supportEmail": "support@bfcbank.com",
          "brandingSettings": {
            "showPoweredBy": false,
            "customFooter": "© 2026 BFC Bank. All rights reserved.",
            "theme": "dark"
          }
        }
        """

    static let documentedFlags = """
        {
          "trading": true,
          "banking": true,
          "ml_predictions": true,
          "blockchain_audit": true,
          "custom_dashboards": true,
          "api_access": true,
          "white_label": true
        }
        """

    static let documentedIntegration = """
        {
          "bfc_api_endpoint": "https://api.bfcbank.com",
          "webhook_url": "https://bfc.vyomo.in/webhooks",
          "smtp_config": {
            "host": "smtp.bfcbank.com",
            "port": 587,
            "from": "noreply@bfcbank.com"
          }
        }
        """

    @Test(
        "Sound values, the documented examples among them",
        arguments: [
            (SettingType.branding, documentedBranding), (.feature, documentedFlags),
            (.integration, documentedIntegration),
            (
                .branding,
                #"{"theme": "professional", "showPoweredBy": false, "customFooter": "© 2026"}"#
            ),
            (.branding, "{}"), (.branding, #"{"logoUrl": null, "mine": [1, {"a": 2}]}"#),
            (.feature, "true"), (.feature, " false "), (.feature, "{}"),
            (.integration, #"{"a": [{"b_url": "https://x.example.com"}], "url": "anything"}"#),
            (.security, #"{"mfa": {"required": true}}"#), (.billing, #"{"net_days": 30}"#),
        ])
    func sound(_ type: SettingType, _ value: String) throws {
        #expect(try Self.violated(type, value) == [])
    }

    @Test(
        "Values that break a rule of their type",
        arguments: [
            (SettingType.branding, "true", ["config_value"]),
            (.branding, "[]", ["config_value"]),
            (.branding, #"{"domain": "BFC.vyomo.in"}"#, ["config_value.domain"]),
            (.branding, #"{"logoUrl": "http://cdn.vyomo.in/a.png"}"#, ["config_value.logoUrl"]),
            (.branding, #"{"favicon": 7}"#, ["config_value.favicon"]),
            (
                .branding, ##"{"primaryColor": "red", "secondaryColor": "#12345"}"##,
                ["config_value.primaryColor", "config_value.secondaryColor"]
            ),
            (.branding, #"{"companyName": ""}"#, ["config_value.companyName"]),
            (.branding, #"{"supportEmail": "support"}"#, ["config_value.supportEmail"]),
            (.branding, #"{"brandingSettings": "dark"}"#, ["config_value.brandingSettings"]),
            (
                .branding, #"{"brandingSettings": {"showPoweredBy": "no"}}"#,
                ["config_value.brandingSettings.showPoweredBy"]
            ),
            (.branding, #"{"showPoweredBy": 1}"#, ["config_value.showPoweredBy"]),
            (.branding, #"{"theme": "a\u0007b"}"#, ["config_value.theme"]),
            // An escaped name is the same name.
            (.branding, #"{"logo\u0055rl": "http://a.example.com"}"#, ["config_value.logoUrl"]),
            (.feature, #"{"trading": "yes"}"#, ["config_value"]),
            (.feature, #"{"trading": {"deep": true}}"#, ["config_value"]),
            (.feature, "1", ["config_value"]), (.feature, "null", ["config_value"]),
            (.feature, "[true]", ["config_value"]),
            (.integration, #""https://a.example.com""#, ["config_value"]),
            (.integration, #"{"a_endpoint": "http://a.example.com"}"#, ["config_value"]),
            (.integration, #"{"a_url": null}"#, ["config_value"]),
            (.integration, #"{"x": [{"y": {"a_url": "ftp://a.example.com"}}]}"#, ["config_value"]),
            (.security, "false", ["config_value"]), (.billing, "[1]", ["config_value"]),
        ])
    func broken(_ type: SettingType, _ value: String, _ fields: [String]) throws {
        #expect(try Self.violated(type, value) == fields)
    }

    @Test(
        "Text that is no value",
        arguments: [
            "", " ", "{", "tru", "{}{}", "nul", "'a'", "01", #""\u0000""#, "\"a",
            "\"" + String(repeating: "a", count: 65_536) + "\"",
            String(repeating: "[", count: 33) + String(repeating: "]", count: 33),
        ])
    func noValue(_ text: String) {
        #expect(SettingValue(text) == nil)
    }

    @Test("A value shows itself to nobody by accident")
    func hidden() throws {
        let value = try #require(SettingValue(#"{"password": "hunter2"}"#))
        var dumped = ""
        dump(value, to: &dumped)
        for text in ["\(value)", String(reflecting: value), dumped] {
            #expect(!text.contains("hunter2"))
        }
    }
}
