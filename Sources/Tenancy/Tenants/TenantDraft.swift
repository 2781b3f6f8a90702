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
        for field in TenantField.allCases {
            check(field, &violations)
            // In the order of the request's fields.
            switch field {
            case .tenantType:
                violations.require(
                    !isStatusUnknown, "status", "must be active, suspended or inactive")
            case .licenseNumber:
                violations.require(
                    licenseNumber.isEmpty || !regulatoryBody.isEmpty, field.rawValue,
                    Self.licenseRule)
            default: break
            }
        }
        guard violations.all.isEmpty, let code, let tenantType else { return nil }
        var profile = TenantProfile(
            code: code, name: tenantName, type: tenantType, adminEmail: adminEmail,
            status: status ?? .active)
        for field in TenantField.allCases { apply(field, to: &profile) }
        return profile
    }
}
