internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// A watch of a tenant's activity.
struct ActivityWatch: WatchSource {
    let store: TenancyStore
    /// Only these; all when empty.
    let actions: [String]

    func read(
        _ tenant: TenantID, after: ChainPosition, through: ChainPosition, limit: Int
    ) async throws(DomainError) -> [Tenancy.Activity] {
        try await store.activity(
            of: tenant, after: after, through: through, actions: actions, limit: limit)
    }

    func response(_ event: Tenancy.Activity, token: String) -> WatchActivityResponse {
        WatchActivityResponse(
            type: .changed, activity: TenancyAPI.Activity(event), resumeToken: token,
            eventTime: .init(microsecondsSince1970: event.createdAt.microseconds))
    }

    func response(
        _ type: WatchEventType, token: String, at time: Timestamp
    ) -> WatchActivityResponse {
        WatchActivityResponse(
            type: type, activity: nil, resumeToken: token,
            eventTime: .init(microsecondsSince1970: time.microseconds))
    }
}

extension Tenancy.Activity: WatchEvent {}
extension WatchActivityRequest: WatchRequest {}
