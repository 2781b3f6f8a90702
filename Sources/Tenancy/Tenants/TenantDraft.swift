/// A tenant as a request describes it, before any rule was applied. An empty text is a field that
/// was not given.
package struct TenantDraft: Sendable, Hashable {
    package static let nameLengthMax = 200
    package static let regulatoryBodyLengthMax = 64
    package static let licenseNumberBytesMax = 64

    package var tenantCode = ""
    package var tenantName = ""
    package var tenantType: TenantType?
    /// Active when not given.
    package var status: TenantStatus?
    /// A status was given, and it is none that there is.
    package var isStatusUnknown = false
    package var domain = ""
    package var logoURL = ""
    package var primaryColor = ""
    package var secondaryColor = ""
    package var adminEmail = ""
    package var supportEmail = ""
    package var regulatoryBody = ""
    package var licenseNumber = ""
    package var settings = ""
    package var features = ""
    package var timeZone = ""

    package init() {}

    /// The profile, or every rule that the draft breaks.
    ///
    /// - Throws: `invalidArgument`.
    package func validated() throws(DomainError) -> TenantProfile {
        var violations = FieldViolations()
        let profile = validated(&violations)
        try violations.check()
        guard let profile else {
            throw DomainError(.internalFailure, message: "a draft without violations has a profile")
        }
        return profile
    }

    /// As `validated()`, for a request that has further fields to check.
    package func validated(_ violations: inout FieldViolations) -> TenantProfile? {
        let code = TenantCode(tenantCode)
        violations.require(code != nil, "tenant_code", TenantCode.rule)
        violations.require(
            Syntax.isText(tenantName, lengthMax: Self.nameLengthMax), "tenant_name",
            "must be 1 to 200 characters without control characters")
        violations.require(
            tenantType != nil, "tenant_type", "must be bank, broker, fintech or enterprise")
        violations.require(
            !isStatusUnknown, "status", "must be active, suspended or inactive")
        checkBranding(&violations)
        checkContacts(&violations)
        let settings = JSONObjectText(settings)
        violations.require(settings != nil, "settings", Self.objectRule)
        let features = JSONObjectText(features)
        violations.require(features != nil, "features", Self.objectRule)
        violations.require(
            timeZone.isEmpty || Syntax.isTimeZoneName(timeZone), "time_zone", Self.timeZoneRule)

        guard violations.all.isEmpty, let code, let tenantType, let settings, let features else {
            return nil
        }
        return TenantProfile(
            code: code, name: tenantName, type: tenantType, adminEmail: adminEmail,
            status: status ?? .active, domain: given(domain), logoURL: given(logoURL),
            primaryColor: given(primaryColor), secondaryColor: given(secondaryColor),
            supportEmail: given(supportEmail), regulatoryBody: given(regulatoryBody),
            licenseNumber: given(licenseNumber), settings: settings, features: features,
            timeZone: given(timeZone) ?? TenantProfile.defaultTimeZone)
    }

    package static let timeZoneRule = "must be the name of an IANA time zone"
    private static let objectRule = "must be a JSON object of at most 64 KiB and 32 levels"

    private func checkBranding(_ violations: inout FieldViolations) {
        violations.require(
            domain.isEmpty || Syntax.isHostName(domain), "domain",
            "must be a lower-case host name, with names beyond ASCII as A-labels")
        violations.require(
            logoURL.isEmpty || Syntax.isHTTPSURL(logoURL), "logo_url",
            "must be an https URL of at most 2048 bytes")
        violations.require(
            primaryColor.isEmpty || Syntax.isColor(primaryColor), "primary_color",
            "must be a colour as #RRGGBB")
        violations.require(
            secondaryColor.isEmpty || Syntax.isColor(secondaryColor), "secondary_color",
            "must be a colour as #RRGGBB")
    }

    private func checkContacts(_ violations: inout FieldViolations) {
        violations.require(
            Syntax.isEmail(adminEmail), "admin_email", "must be an e-mail address")
        violations.require(
            supportEmail.isEmpty || Syntax.isEmail(supportEmail), "support_email",
            "must be an e-mail address")
        violations.require(
            regulatoryBody.isEmpty
                || Syntax.isText(regulatoryBody, lengthMax: Self.regulatoryBodyLengthMax),
            "regulatory_body",
            "must be SEBI, RBI, IRDAI or another name of 1 to 64 characters")
        violations.require(
            licenseNumber.isEmpty
                || (licenseNumber.utf8.count <= Self.licenseNumberBytesMax
                    && licenseNumber.utf8.allSatisfy { $0.isASCIIVisible || $0 == 0x20 }
                    && licenseNumber.utf8.contains { $0.isASCIIVisible }),
            "license_number", "must be 1 to 64 printable ASCII characters")
    }

    private func given(_ text: String) -> String? { text.isEmpty ? nil : text }
}
