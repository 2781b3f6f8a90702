/// Everything that a tenant is described with. Whoever holds one knows that it follows the rules:
/// it comes from `TenantDraft.validated()` or from the database.
package struct TenantProfile: Sendable, Hashable {
    package static let defaultTimeZone = "Asia/Kolkata"

    package var code: TenantCode
    package var name: String
    package var type: TenantType
    package var status: TenantStatus
    package var domain: String?
    package var logoURL: String?
    package var primaryColor: String?
    package var secondaryColor: String?
    package var adminEmail: String
    package var supportEmail: String?
    package var regulatoryBody: String?
    package var licenseNumber: String?
    package var settings: JSONObjectText
    package var features: JSONObjectText
    /// The IANA time zone whose days and months its usage follows.
    package var timeZone: String

    package init(
        code: TenantCode, name: String, type: TenantType, adminEmail: String,
        status: TenantStatus = .active, domain: String? = nil, logoURL: String? = nil,
        primaryColor: String? = nil, secondaryColor: String? = nil, supportEmail: String? = nil,
        regulatoryBody: String? = nil, licenseNumber: String? = nil,
        settings: JSONObjectText = .empty, features: JSONObjectText = .empty,
        timeZone: String = TenantProfile.defaultTimeZone
    ) {
        self.code = code
        self.name = name
        self.type = type
        self.status = status
        self.domain = domain
        self.logoURL = logoURL
        self.primaryColor = primaryColor
        self.secondaryColor = secondaryColor
        self.adminEmail = adminEmail
        self.supportEmail = supportEmail
        self.regulatoryBody = regulatoryBody
        self.licenseNumber = licenseNumber
        self.settings = settings
        self.features = features
        self.timeZone = timeZone
    }
}
