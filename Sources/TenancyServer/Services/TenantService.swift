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
        let caller = try await access.platform(context, .createTenant)
        let creation = try TenantCreation(
            draft: TenantDraft(request), idempotencyKey: request.idempotencyKey,
            requestHash: try RequestHash.of(
                request, by: caller.principal, keyPath: \.idempotencyKey),
            validateOnly: request.validateOnly)
        let tenant: Tenancy.Tenant?
        do {
            tenant = try await store.createTenant(creation, context: caller.auditContext)
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
        let caller = try await access.caller(context, .getTenant)
        let selector = try TenantSelector(code: request.tenantCode, id: request.tenantId)
        let tenant = try await access.tenant(selector, caller, .getTenant)
        return GetTenantResponse(
            success: true, tenant: TenancyAPI.Tenant(try await store.tenant(tenant.id)))
    }

    func listTenants(
        _ request: ListTenantsRequest, context: ServerContext
    ) async throws -> ListTenantsResponse {
        _ = try await access.platform(context, .listTenants)
        let page = try await store.listTenants(
            TenantListRequest(
                pageSize: request.pageSize, pageToken: request.pageToken,
                status: try TenantMessages.filter(request.status),
                type: try TenantMessages.filter(request.tenantType), query: request.query))
        return ListTenantsResponse(
            success: true, tenants: page.tenants.map { TenancyAPI.Tenant($0) },
            nextPageToken: page.nextPageToken)
    }

    func getTenantAnalytics(
        _ request: GetTenantAnalyticsRequest, context: ServerContext
    ) async throws -> GetTenantAnalyticsResponse {
        let caller = try await access.caller(context, .getTenantAnalytics)
        let selector = try TenantSelector(code: request.tenantCode, id: request.tenantId)
        let tenant = try await access.tenant(selector, caller, .getTenantAnalytics)
        return GetTenantAnalyticsResponse(
            success: true,
            analytics: TenancyAPI.TenantAnalytics(try await store.analytics(of: tenant.id)))
    }

    func getPublicTenantInfo(
        _ request: GetPublicTenantInfoRequest, context: ServerContext
    ) async throws -> GetPublicTenantInfoResponse {
        _ = try await access.platform(context, .getPublicTenantInfo)
        guard let code = TenantCode(request.tenantCode) else {
            throw DomainError.invalidArgument(field: "tenant_code", rule: TenantCode.rule)
        }
        let look = try await store.publicLook(of: code)
        let profile = look.tenant.profile
        return GetPublicTenantInfoResponse(
            success: true,
            tenant: PublicTenantInfo(
                tenantCode: profile.code.text, tenantName: profile.name,
                tenantType: .init(profile.type), branding: TenancyAPI.Branding(look.branding),
                features: JsonObject(json: profile.features.text)))
    }

    func exportTenant(
        _ request: ExportTenantRequest, responses: ResponseWriter<ExportTenantResponse>,
        context: ServerContext
    ) async throws {
        let caller = try await access.caller(context, .exportTenant)
        let selector = try TenantSelector(code: request.tenantCode, id: request.tenantId)
        let tenant = try await access.tenant(selector, caller, .exportTenant)
        let answers = ConfirmedResponses(responses) { [access] () async throws(DomainError) in
            try await access.confirm(tenant.id, caller, .exportTenant)
        }
        try await store.export(tenant.id, context: caller.auditContext) { record in
            try await answers.write(
                ExportTenantResponse(
                    kind: record.kind, record: JsonObject(json: record.record.text)))
        }
    }
}
