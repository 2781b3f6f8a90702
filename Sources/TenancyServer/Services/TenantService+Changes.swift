internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

extension UpdateTenantRequest: ChangeRequest {}
extension SuspendTenantRequest: TransitionRequest {}
extension ReactivateTenantRequest: TransitionRequest {}
extension DeactivateTenantRequest: TransitionRequest {}

/// What every request to move a tenant to another status has.
private protocol TransitionRequest: ChangeRequest {
    var reason: String { get }
    var expectedVersion: Int64 { get }
}

/// Changes of the tenant itself, which hold its row for as long as they take.
extension TenantService {
    func updateTenant(
        _ request: UpdateTenantRequest, context: ServerContext
    ) async throws -> UpdateTenantResponse {
        do {
            return try await access.change(
                .updateTenant, request, context, lock: .update
            ) { request, violations in
                TenantUpdate(
                    mask: request.updateMask?.paths ?? [], draft: TenantDraft(request),
                    expectedVersion: request.expectedVersion, violations: &violations)
            } _: { change, _, update in
                UpdateTenantResponse(
                    success: true,
                    tenant: TenancyAPI.Tenant(try await change.updateTenant(update)))
            }
        } catch let error as DomainError {
            guard case .alreadyExists = error.code else { throw error }
            throw ErrorMapping.status(for: error, resourceName: request.domain)
        }
    }

    func suspendTenant(
        _ request: SuspendTenantRequest, context: ServerContext
    ) async throws -> SuspendTenantResponse {
        try await move(.suspend, .suspendTenant, request, context) {
            SuspendTenantResponse(success: true, tenant: $0)
        }
    }

    func reactivateTenant(
        _ request: ReactivateTenantRequest, context: ServerContext
    ) async throws -> ReactivateTenantResponse {
        try await move(.reactivate, .reactivateTenant, request, context) {
            ReactivateTenantResponse(success: true, tenant: $0)
        }
    }

    func deactivateTenant(
        _ request: DeactivateTenantRequest, context: ServerContext
    ) async throws -> DeactivateTenantResponse {
        try await move(.deactivate, .deactivateTenant, request, context) {
            DeactivateTenantResponse(success: true, tenant: $0)
        }
    }

    private func move<Response: WireMessage>(
        _ transition: TenantTransition, _ operation: Operation, _ request: some TransitionRequest,
        _ context: ServerContext, answer: @Sendable @escaping (TenancyAPI.Tenant) -> Response
    ) async throws -> Response {
        try await access.change(operation, request, context, lock: .update) {
            request, violations in
            TenantTransitionRequest(
                transition, reason: request.reason, expectedVersion: request.expectedVersion,
                violations: &violations)
        } _: { change, _, request in
            answer(TenancyAPI.Tenant(try await change.moveTenant(request)))
        }
    }
}
