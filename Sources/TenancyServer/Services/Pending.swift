internal import TTRPC
internal import TenancyAPI

/// What is declared and not served yet.
extension QuotaService {
    func getUsage(
        _ request: GetUsageRequest, context: ServerContext
    ) async throws -> GetUsageResponse {
        throw RPCError(.unimplemented, "not served yet")
    }
}
