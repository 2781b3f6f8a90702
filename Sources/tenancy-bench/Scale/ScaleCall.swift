internal import ArgumentParser
internal import TTRPC
internal import TenancyAPI

/// A call whose cost must not grow with what the platform holds.
enum ScaleCall: String, CaseIterable, Sendable, ExpressibleByArgument {
    case getTenant = "GetTenant"
    case listFirst = "ListTenants"
    case listNext = "ListTenants, next page"
    case listSuspended = "ListTenants, suspended"
    case listCodes = "ListTenants, by code"
    case listNames = "ListTenants, by name"
    case analytics = "GetTenantAnalytics"
    case quotas = "GetQuotas"
    case activity = "ListActivity"
    case activityNext = "ListActivity, next page"
    case logins = "ListActivity, logins"
    case audit = "VerifyAudit"

    /// Tenants on a page: so few that ten of them are two pages.
    static let tenantsPerPage: Int32 = 5
    static let activitiesPerPage: Int32 = 20

    static func code(_ index: Int) -> String {
        let digits = String(index)
        return "scale-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    /// What leads to the second page, of a list that has one.
    func pageToken(
        _ services: ScaleServices, _ index: Int, _ options: CallOptions
    ) async throws(RPCError) -> String {
        switch self {
        case .listNext:
            return try await services.tenants.listTenants(
                ListTenantsRequest(pageSize: Self.tenantsPerPage), options: options
            ).nextPageToken
        case .activityNext:
            return try await services.activity.listActivity(
                ListActivityRequest(
                    tenantCode: Self.code(index), pageSize: Self.activitiesPerPage),
                options: options
            ).nextPageToken
        default: return ""
        }
    }

    /// Makes the call about one of the tenants, or about all of them.
    func make(
        _ services: ScaleServices, _ index: Int, pageToken: String, _ options: CallOptions
    ) async throws(RPCError) {
        let code = Self.code(index)
        switch self {
        case .getTenant:
            _ = try await services.tenants.getTenant(.init(tenantCode: code), options: options)
        case .listFirst, .listNext, .listSuspended, .listCodes, .listNames:
            _ = try await services.tenants.listTenants(list(pageToken), options: options)
        case .analytics:
            _ = try await services.tenants.getTenantAnalytics(
                .init(tenantCode: code), options: options)
        case .quotas:
            _ = try await services.quotas.getQuotas(.init(tenantCode: code), options: options)
        case .activity, .activityNext, .logins:
            _ = try await services.activity.listActivity(
                ListActivityRequest(
                    tenantCode: code, pageSize: Self.activitiesPerPage, pageToken: pageToken,
                    actions: self == .logins ? ["login"] : []),
                options: options)
        case .audit:
            _ = try await services.activity.verifyAudit(
                .init(tenantCode: code), options: options)
        }
    }

    private func list(_ pageToken: String) -> ListTenantsRequest {
        var request = ListTenantsRequest(pageSize: Self.tenantsPerPage, pageToken: pageToken)
        switch self {
        case .listSuspended: request.status = .suspended
        case .listCodes: request.query = "scale-"
        case .listNames: request.query = "SCALE tenant 7"
        default: break
        }
        return request
    }
}

/// The services that are measured, on one connection.
struct ScaleServices: Sendable {
    let tenants: TenantServiceClient
    let quotas: QuotaServiceClient
    let activity: ActivityServiceClient

    init(_ client: TTRPCClient) {
        tenants = TenantServiceClient(client)
        quotas = QuotaServiceClient(client)
        activity = ActivityServiceClient(client)
    }
}
