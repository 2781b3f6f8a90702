internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.QuotaService` on the domain.
struct QuotaService: QuotaServiceHandler {
    let access: TenantAccess
    let store: TenancyStore
    /// Who answers for units: the store, or a ledger in front of it.
    let ledger: any QuotaLedger

    func getQuotas(
        _ request: GetQuotasRequest, context: ServerContext
    ) async throws -> GetQuotasResponse {
        let caller = try await access.caller(context, .getQuotas)
        let selector = try TenantSelector(code: request.tenantCode, id: request.tenantId)
        let tenant = try await access.tenant(selector, caller, .getQuotas)
        return GetQuotasResponse(
            success: true, quotas: Quotas(try await store.quotas(of: tenant.id)))
    }

    func checkQuota(
        _ request: TenancyAPI.CheckQuotaRequest, context: ServerContext
    ) async throws -> CheckQuotaResponse {
        let caller = try await access.caller(context, .checkQuota)
        let question = try Tenancy.CheckQuotaRequest(
            tenantCode: request.tenantCode, tenantID: request.tenantId,
            resource: Tenancy.Resource(request.resource), amount: request.amount)
        let tenant = try await access.tenant(question.tenant, caller, .checkQuota)
        let answer = try await ledger.check(
            tenant.id, resource: question.resource, amount: question.amount)
        return CheckQuotaResponse(answer)
    }

    func consume(
        _ request: TenancyAPI.ConsumeRequest, context: ServerContext
    ) async throws -> ConsumeResponse {
        let caller = try await access.caller(context, .consume)
        let taking = try Tenancy.ConsumeRequest(
            tenantCode: request.tenantCode, tenantID: request.tenantId,
            resource: Tenancy.Resource(request.resource), amount: request.amount,
            idempotencyKey: request.idempotencyKey,
            requestHash: try RequestHash.of(
                request, by: caller.principal, keyPath: \.idempotencyKey),
            validateOnly: request.validateOnly)
        let tenant = try await access.tenant(
            taking.tenant, caller, .consume, statusIsDecidedLater: true)
        let answer = try await ledger.consume(
            taking.consumption(of: tenant.id, context: caller.auditContext))
        return ConsumeResponse(answer)
    }
}
