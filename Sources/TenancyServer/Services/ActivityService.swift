internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.ActivityService` on the domain.
struct ActivityService: ActivityServiceHandler {
    let access: TenantAccess
    let store: TenancyStore
    let watches: WatchServer

    func listActivity(
        _ request: TenancyAPI.ListActivityRequest, context: ServerContext
    ) async throws -> ListActivityResponse {
        let caller = try await access.caller(context, .listActivity)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let list = ActivityListRequest(request, violations: &violations)
        try violations.check()
        guard let selector, let list else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        let tenant = try await access.tenant(selector, caller, .listActivity)
        let page = try await store.listActivity(of: tenant.id, list)
        return ListActivityResponse(
            success: true, activities: page.activities.map { TenancyAPI.Activity($0) },
            nextPageToken: page.nextPageToken)
    }

    func verifyAudit(
        _ request: VerifyAuditRequest, context: ServerContext
    ) async throws -> VerifyAuditResponse {
        let caller = try await access.caller(context, .verifyAudit)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let known = ActivityMessages.knownRow(request, violations: &violations)
        try violations.check()
        guard let selector else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        let tenant = try await access.tenant(selector, caller, .verifyAudit)
        return VerifyAuditResponse(
            try await store.verifyActivity(of: tenant.id, known: known))
    }

    func watchActivity(
        _ requests: RequestStream<WatchActivityRequest>,
        responses: ResponseWriter<WatchActivityResponse>, context: ServerContext
    ) async throws {
        try await watches.serve(.watchActivity, requests, responses, context) {
            request, violations in
            let filter = ActivityFilter(actions: request.actions, violations: &violations)
            return ActivityWatch(store: store, actions: filter.actions)
        }
    }
}
