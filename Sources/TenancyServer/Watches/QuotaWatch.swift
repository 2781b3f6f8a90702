internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// A watch of what happens to a tenant's quotas.
struct QuotaWatch: WatchSource {
    let store: TenancyStore
    /// Only these; all when empty.
    let resources: [Tenancy.Resource]

    func read(
        _ tenant: TenantID, after: ChainPosition, through: ChainPosition, limit: Int
    ) async throws(DomainError) -> [Tenancy.QuotaAlert] {
        try await store.quotaAlerts(
            of: tenant, after: after, through: through, resources: resources, limit: limit)
    }

    func response(_ event: Tenancy.QuotaAlert, token: String) -> WatchQuotaResponse {
        WatchQuotaResponse(
            type: .changed, alert: TenancyAPI.QuotaAlert(event), resumeToken: token,
            eventTime: .init(microsecondsSince1970: event.position.createdAt.microseconds))
    }

    func response(
        _ type: WatchEventType, token: String, at time: Timestamp
    ) -> WatchQuotaResponse {
        WatchQuotaResponse(
            type: type, alert: nil, resumeToken: token,
            eventTime: .init(microsecondsSince1970: time.microseconds))
    }
}

extension Tenancy.QuotaAlert: WatchEvent {}
extension WatchQuotaRequest: WatchRequest {}

extension TenancyAPI.QuotaAlert {
    fileprivate init(_ alert: Tenancy.QuotaAlert) {
        let kind: QuotaAlertKind =
            switch alert.kind {
            case .threshold: .threshold
            case .exhausted: .exhausted
            case .overage: .overage
            case .shadowLimit: .shadowLimit
            case .autoScaled: .autoScaled
            case .adjusted: .adjusted
            }
        self.init(
            kind: kind, resource: TenancyAPI.Resource(alert.resource),
            percentage: alert.percentage, current: alert.current, max: alert.max,
            amount: alert.amount, sequence: alert.position.sequence)
    }
}
