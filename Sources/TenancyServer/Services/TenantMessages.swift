internal import Tenancy
internal import TenancyAPI

/// Tenants between the domain and the wire.
enum TenantMessages {
    /// A filter by status; unspecified is none.
    ///
    /// - Throws: `invalidArgument` for a status that this version does not know: it would match
    ///   nothing, or everything, and neither is what was asked.
    static func filter(_ status: TenancyAPI.TenantStatus) throws(DomainError) -> Tenancy
        .TenantStatus?
    {
        guard status != .unspecified else { return nil }
        guard let known = Tenancy.TenantStatus(status) else {
            throw .invalidArgument(field: "status", rule: "must be active, suspended or inactive")
        }
        return known
    }

    static func filter(_ type: TenancyAPI.TenantType) throws(DomainError) -> Tenancy.TenantType? {
        guard type != .unspecified else { return nil }
        guard let known = Tenancy.TenantType(type) else {
            throw .invalidArgument(
                field: "tenant_type", rule: "must be bank, broker, fintech or enterprise")
        }
        return known
    }
}

extension TenantDraft {
    init(_ request: CreateTenantRequest) {
        self.init()
        tenantCode = request.tenantCode
        tenantName = request.tenantName
        tenantType = Tenancy.TenantType(request.tenantType)
        status = Tenancy.TenantStatus(request.status)
        isStatusUnknown = status == nil && request.status != .unspecified
        domain = request.domain
        logoURL = request.logoUrl
        primaryColor = request.primaryColor
        secondaryColor = request.secondaryColor
        adminEmail = request.adminEmail
        supportEmail = request.supportEmail
        regulatoryBody = request.regulatoryBody
        licenseNumber = request.licenseNumber
        settings = request.settings?.json ?? ""
        features = request.features?.json ?? ""
        timeZone = request.timeZone
    }
}

extension TenantDraft {
    /// The values of an update, whether its mask names them or not.
    init(_ request: UpdateTenantRequest) {
        self.init()
        tenantName = request.tenantName
        tenantType = Tenancy.TenantType(request.tenantType)
        domain = request.domain
        logoURL = request.logoUrl
        primaryColor = request.primaryColor
        secondaryColor = request.secondaryColor
        adminEmail = request.adminEmail
        supportEmail = request.supportEmail
        regulatoryBody = request.regulatoryBody
        licenseNumber = request.licenseNumber
        settings = request.settings?.json ?? ""
        features = request.features?.json ?? ""
        timeZone = request.timeZone
    }
}

extension TenancyAPI.Tenant {
    init(_ tenant: Tenancy.Tenant) {
        let profile = tenant.profile
        self.init()
        id = tenant.id.rawValue
        tenantCode = profile.code.text
        tenantName = profile.name
        tenantType = .init(profile.type)
        status = .init(profile.status)
        domain = profile.domain ?? ""
        logoUrl = profile.logoURL ?? ""
        primaryColor = profile.primaryColor ?? ""
        secondaryColor = profile.secondaryColor ?? ""
        adminEmail = profile.adminEmail
        supportEmail = profile.supportEmail ?? ""
        regulatoryBody = profile.regulatoryBody ?? ""
        licenseNumber = profile.licenseNumber ?? ""
        settings = JsonObject(json: profile.settings.text)
        features = JsonObject(json: profile.features.text)
        timeZone = profile.timeZone
        createdAt = .init(microsecondsSince1970: tenant.createdAt.microseconds)
        updatedAt = .init(microsecondsSince1970: tenant.updatedAt.microseconds)
        version = tenant.version
    }
}

extension Tenancy.TenantStatus {
    fileprivate init?(_ status: TenancyAPI.TenantStatus) {
        switch status {
        case .active: self = .active
        case .suspended: self = .suspended
        case .inactive: self = .inactive
        default: return nil
        }
    }
}

extension TenancyAPI.TenantStatus {
    fileprivate init(_ status: Tenancy.TenantStatus) {
        switch status {
        case .active: self = .active
        case .suspended: self = .suspended
        case .inactive: self = .inactive
        }
    }
}

extension Tenancy.TenantType {
    fileprivate init?(_ type: TenancyAPI.TenantType) {
        switch type {
        case .bank: self = .bank
        case .broker: self = .broker
        case .fintech: self = .fintech
        case .enterprise: self = .enterprise
        default: return nil
        }
    }
}

extension TenancyAPI.TenantType {
    init(_ type: Tenancy.TenantType) {
        switch type {
        case .bank: self = .bank
        case .broker: self = .broker
        case .fintech: self = .fintech
        case .enterprise: self = .enterprise
        }
    }
}

extension TenancyAPI.Branding {
    init(_ branding: Tenancy.Branding) {
        self.init(
            domain: branding.domain, logoUrl: branding.logoURL,
            primaryColor: branding.primaryColor, secondaryColor: branding.secondaryColor,
            favicon: branding.favicon, companyName: branding.companyName,
            supportEmail: branding.supportEmail,
            brandingSettings: JsonObject(json: branding.settings.text))
    }
}

extension TenancyAPI.TenantAnalytics {
    init(_ analytics: Tenancy.TenantAnalytics) {
        self.init(
            totalUsers: analytics.totalUsers, activeUsers30d: analytics.activeUsers30d,
            totalApiCalls30d: analytics.totalAPICalls30d,
            totalTransactions30d: analytics.totalTransactions30d,
            storageUsedGb: analytics.storageUsedGB,
            quotaStatus: analytics.quotaHealth.rawValue)
    }
}
