internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.TenantService` on the domain.
struct TenantService: TenantServiceHandler {
    let access: TenantAccess
    let store: TenancyStore

    func createTenant(
        _ request: CreateTenantRequest, context: ServerContext
    ) async throws -> CreateTenantResponse {
        try access.platform(context, .createTenant)
        let creation = try TenantCreation(
            draft: TenantDraft(request), idempotencyKey: request.idempotencyKey,
            requestHash: try RequestHash.of(request, keyPath: \.idempotencyKey),
            validateOnly: request.validateOnly)
        let tenant: Tenancy.Tenant?
        do {
            tenant = try await store.createTenant(creation, context: context.auditContext)
        } catch {
            guard case .alreadyExists(let field) = error.code else { throw error }
            throw ErrorMapping.status(
                for: error,
                resourceName: field == "domain" ? request.domain : request.tenantCode)
        }
        return CreateTenantResponse(
            success: true, tenantId: tenant?.id.rawValue ?? 0,
            tenant: tenant.map { TenancyAPI.Tenant($0) })
    }

    func getTenant(
        _ request: GetTenantRequest, context: ServerContext
    ) async throws -> GetTenantResponse {
        try access.check(context, .getTenant)
        let selector = try TenantSelector(code: request.tenantCode, id: request.tenantId)
        let id = try await access.tenant(selector, context, .getTenant)
        return GetTenantResponse(
            success: true, tenant: TenancyAPI.Tenant(try await store.tenant(id)))
    }

    func listTenants(
        _ request: ListTenantsRequest, context: ServerContext
    ) async throws -> ListTenantsResponse {
        try access.platform(context, .listTenants)
        let page = try await store.listTenants(
            TenantListRequest(
                pageSize: request.pageSize, pageToken: request.pageToken,
                status: try TenantMessages.filter(request.status),
                type: try TenantMessages.filter(request.tenantType), query: request.query))
        return ListTenantsResponse(
            success: true, tenants: page.tenants.map { TenancyAPI.Tenant($0) },
            nextPageToken: page.nextPageToken)
    }
}
