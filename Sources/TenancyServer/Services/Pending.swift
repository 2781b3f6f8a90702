internal import TTRPC
internal import TenancyAPI

/// What is declared and not served yet.
extension TenantService {
    func updateTenant(
        _ request: UpdateTenantRequest, context: ServerContext
    ) async throws -> UpdateTenantResponse {
        throw RPCError(.unimplemented, "not served yet")
    }

    func suspendTenant(
        _ request: SuspendTenantRequest, context: ServerContext
    ) async throws -> SuspendTenantResponse {
        throw RPCError(.unimplemented, "not served yet")
    }

    func reactivateTenant(
        _ request: ReactivateTenantRequest, context: ServerContext
    ) async throws -> ReactivateTenantResponse {
        throw RPCError(.unimplemented, "not served yet")
    }

    func deactivateTenant(
        _ request: DeactivateTenantRequest, context: ServerContext
    ) async throws -> DeactivateTenantResponse {
        throw RPCError(.unimplemented, "not served yet")
    }

    func getTenantAnalytics(
        _ request: GetTenantAnalyticsRequest, context: ServerContext
    ) async throws -> GetTenantAnalyticsResponse {
        throw RPCError(.unimplemented, "not served yet")
    }

    func getPublicTenantInfo(
        _ request: GetPublicTenantInfoRequest, context: ServerContext
    ) async throws -> GetPublicTenantInfoResponse {
        throw RPCError(.unimplemented, "not served yet")
    }

    func exportTenant(
        _ request: ExportTenantRequest, responses: ResponseWriter<ExportTenantResponse>,
        context: ServerContext
    ) async throws {
        throw RPCError(.unimplemented, "not served yet")
    }
}
