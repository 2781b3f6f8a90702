internal import TTRPC
internal import TenancyAPI

/// What is declared and not served yet.
extension ConfigurationService {
    func watchConfigurations(
        _ requests: RequestStream<WatchConfigurationsRequest>,
        responses: ResponseWriter<WatchConfigurationsResponse>, context: ServerContext
    ) async throws {
        throw RPCError(.unimplemented, "not served yet")
    }
}

extension ConfigurationService {
    func watchConfigurations(
        _ requests: RequestStream<WatchConfigurationsRequest>,
        responses: ResponseWriter<WatchConfigurationsResponse>, context: ServerContext
    ) async throws {
        throw RPCError(.unimplemented, "not served yet")
    }
}
