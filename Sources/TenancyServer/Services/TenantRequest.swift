internal import TTRPC
internal import TenancyAPI

/// A request about one tenant. The calls of a connection take turns by the tenant that they name,
/// before anybody knows whether they may: a caller who names many has as many turns among the
/// calls of their own connection, and none of anybody else's.
protocol TenantRequest: PartyRequest {
    var tenantCode: String { get }
    var tenantId: Int64 { get }
}

extension TenantRequest {
    var party: Int {
        tenantCode.isEmpty ? TenantParty.number(of: tenantId) : tenantCode.hashValue
    }
}

/// Tenants as parties of the runtime. One that is named by its code on some calls and by its number
/// on others is two of them.
enum TenantParty {
    static func number(of id: Int64) -> Int { id.hashValue }
}

// What is no change; changes are tenant requests all.
extension BatchCheckAccessRequest: TenantRequest {}
extension BatchCheckRequest: TenantRequest {}
extension CheckAccessRequest: TenantRequest {}
extension CheckQuotaRequest: TenantRequest {}
extension ConsumeRequest: TenantRequest {}
extension ExplainAccessRequest: TenantRequest {}
extension ExportTenantRequest: TenantRequest {}
extension GetConfigurationsRequest: TenantRequest {}
extension GetQuotaPolicyRequest: TenantRequest {}
extension GetQuotasRequest: TenantRequest {}
extension GetSubscriptionRequest: TenantRequest {}
extension GetTenantAnalyticsRequest: TenantRequest {}
extension GetTenantRequest: TenantRequest {}
extension GetUsageRequest: TenantRequest {}
extension ListActivityRequest: TenantRequest {}
extension ListApiKeysRequest: TenantRequest {}
extension ListGrantsRequest: TenantRequest {}
extension ListRolesRequest: TenantRequest {}
extension ListUserQuotasRequest: TenantRequest {}
extension ListUsersRequest: TenantRequest {}
extension PreviewPlanChangeRequest: TenantRequest {}
extension ReconcileUsageRequest: TenantRequest {}
extension RenewLeaseRequest: TenantRequest {}
extension ReturnLeaseRequest: TenantRequest {}
extension VerifyAuditRequest: TenantRequest {}
