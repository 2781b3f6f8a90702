/// The rule of each field, and what a field that follows it makes of a profile.
extension TenantDraft {
    package static let timeZoneRule = "must be the name of an IANA time zone"
    /// Its number says nothing without who gave it.
    static let licenseRule = "must come with a regulatory_body"
    private static let objectRule = "must be a JSON object of at most 64 KiB and 32 levels"

    /// Adds a violation when the field breaks its rule. A text that need not be given may be empty.
    func check(_ field: TenantField, _ violations: inout FieldViolations) {
        let (holds, rule) = verdict(on: field)
        violations.require(holds, field.rawValue, rule)
    }

    /// The profile with this field of the draft, which follows its rule.
    func apply(_ field: TenantField, to profile: inout TenantProfile) {
        switch field {
        case .tenantName: profile.name = tenantName
        case .tenantType: profile.type = tenantType ?? profile.type
        case .domain: profile.domain = Self.given(domain)
        case .logoURL: profile.logoURL = Self.given(logoURL)
        case .primaryColor: profile.primaryColor = Self.given(primaryColor)
        case .secondaryColor: profile.secondaryColor = Self.given(secondaryColor)
        case .adminEmail: profile.adminEmail = adminEmail
        case .supportEmail: profile.supportEmail = Self.given(supportEmail)
        case .regulatoryBody: profile.regulatoryBody = Self.given(regulatoryBody)
        case .licenseNumber: profile.licenseNumber = Self.given(licenseNumber)
        case .settings: profile.settings = JSONObjectText(settings) ?? profile.settings
        case .features: profile.features = JSONObjectText(features) ?? profile.features
        case .timeZone: profile.timeZone = Self.given(timeZone) ?? profile.timeZone
        }
    }

    private func verdict(on field: TenantField) -> (holds: Bool, rule: String) {
        switch field {
        case .tenantName:
            return (
                Syntax.isText(tenantName, lengthMax: Self.nameLengthMax),
                "must be 1 to 200 characters without control characters"
            )
        case .tenantType:
            return (tenantType != nil, "must be bank, broker, fintech or enterprise")
        case .domain, .logoURL, .primaryColor, .secondaryColor: return brandingVerdict(on: field)
        case .adminEmail, .supportEmail, .regulatoryBody, .licenseNumber:
            return contactVerdict(on: field)
        case .settings: return (JSONObjectText(settings) != nil, Self.objectRule)
        case .features: return (JSONObjectText(features) != nil, Self.objectRule)
        case .timeZone:
            return (timeZone.isEmpty || Syntax.isTimeZoneName(timeZone), Self.timeZoneRule)
        }
    }

    private func brandingVerdict(on field: TenantField) -> (holds: Bool, rule: String) {
        switch field {
        case .domain:
            return (
                domain.isEmpty || Syntax.isHostName(domain),
                "must be a lower-case host name, with names beyond ASCII as A-labels"
            )
        case .logoURL:
            return (logoURL.isEmpty || Syntax.isHTTPSURL(logoURL), Syntax.httpsURLRule)
        default:
            let color = field == .primaryColor ? primaryColor : secondaryColor
            return (color.isEmpty || Syntax.isColor(color), "must be a colour as #RRGGBB")
        }
    }

    private func contactVerdict(on field: TenantField) -> (holds: Bool, rule: String) {
        switch field {
        case .adminEmail: return (Syntax.isEmail(adminEmail), "must be an e-mail address")
        case .supportEmail:
            return (
                supportEmail.isEmpty || Syntax.isEmail(supportEmail), "must be an e-mail address"
            )
        case .regulatoryBody:
            return (
                regulatoryBody.isEmpty
                    || Syntax.isText(regulatoryBody, lengthMax: Self.regulatoryBodyLengthMax),
                "must be SEBI, RBI, IRDAI or another name of 1 to 64 characters"
            )
        default:
            let bytes = licenseNumber.utf8
            return (
                licenseNumber.isEmpty
                    || (bytes.count <= Self.licenseNumberBytesMax
                        && bytes.allSatisfy { $0.isASCIIVisible || $0 == 0x20 }
                        && bytes.contains { $0.isASCIIVisible }),
                "must be 1 to 64 printable ASCII characters"
            )
        }
    }

    private static func given(_ text: String) -> String? { text.isEmpty ? nil : text }
}
