internal import Tenancy
internal import Testing

@Suite struct TenantDraftTests {
    static func axis() -> TenantDraft {
        var draft = TenantDraft()
        draft.tenantCode = "axis-securities"
        draft.tenantName = "Axis Securities Ltd"
        draft.tenantType = .broker
        draft.status = .active
        draft.domain = "axis.vyomo.in"
        draft.logoURL = "https://cdn.vyomo.in/axis/logo.png"
        draft.primaryColor = "#800080"
        draft.secondaryColor = "#FFA500"
        draft.adminEmail = "admin@axissecurities.com"
        draft.supportEmail = "support@axissecurities.com"
        draft.regulatoryBody = "SEBI"
        draft.licenseNumber = "INZ000000000"
        draft.settings = "{}"
        draft.features = #"{"trading": true, "banking": false}"#
        return draft
    }

    @Test("A complete draft becomes a profile")
    func complete() throws {
        let profile = try Self.axis().validated()
        #expect(profile.code.text == "axis-securities")
        #expect(profile.features.text == #"{"trading": true, "banking": false}"#)
        #expect(profile.timeZone == "Asia/Kolkata")
    }

    @Test("What is not given has its default")
    func defaults() throws {
        var draft = TenantDraft()
        draft.tenantCode = "abc"
        draft.tenantName = "A"
        draft.tenantType = .bank
        draft.adminEmail = "a@b.c"
        let profile = try draft.validated()
        #expect(profile.status == .active)
        #expect(profile.domain == nil)
        #expect(profile.settings == .empty)
    }

    @Test("The empty draft names what is required")
    func required() {
        #expect(
            Self.fields { try TenantDraft().validated() }
                == ["tenant_code", "tenant_name", "tenant_type", "admin_email"])
    }

    @Test("Every violation is reported at once")
    func all() {
        var draft = Self.axis()
        draft.tenantCode = "Axis"
        draft.tenantName = "a\u{0}"
        draft.tenantType = nil
        draft.domain = "AXIS"
        draft.logoURL = "http://x.y"
        draft.primaryColor = "red"
        draft.secondaryColor = "#12345"
        draft.adminEmail = "x"
        draft.supportEmail = "y"
        draft.regulatoryBody = String(repeating: "x", count: 65)
        draft.licenseNumber = "é"
        draft.settings = "[]"
        draft.features = "{"
        draft.timeZone = "IST"
        #expect(
            Self.fields { try draft.validated() } == [
                "tenant_code", "tenant_name", "tenant_type", "domain", "logo_url",
                "primary_color", "secondary_color", "admin_email", "support_email",
                "regulatory_body", "license_number", "settings", "features", "time_zone",
            ])
    }

    @Test("A licence number comes with a regulatory body")
    func license() {
        var draft = Self.axis()
        draft.regulatoryBody = ""
        #expect(Self.fields { try draft.validated() } == ["license_number"])
        draft.licenseNumber = ""
        #expect(Self.fields { try draft.validated() } == [])
    }

    @Test("An idempotency key is checked with the rest")
    func idempotencyKey() {
        for key in ["a b", "é", "\u{0}", String(repeating: "k", count: 129)] {
            let fields = Self.fields {
                try TenantCreation(
                    draft: TenantDraft(), idempotencyKey: key, requestHash: [1],
                    validateOnly: false)
            }
            #expect(fields.last == "idempotency_key" && fields.count == 5)
        }
    }

    /// The fields that an attempt is refused for.
    static func fields<T>(_ attempt: () throws -> T) -> [String] {
        do {
            _ = try attempt()
            return []
        } catch {
            guard let error = error as? DomainError,
                case .invalidArgument(let violations) = error.code
            else { return [] }
            return violations.map(\.field)
        }
    }
}
