internal import Tenancy
internal import TenancyAPI

/// Quota between the domain and the wire.
extension Tenancy.Resource {
    /// Nil for a resource that was not given or that this version does not know.
    init?(_ resource: TenancyAPI.Resource) {
        switch resource {
        case .users: self = .users
        case .apiCalls: self = .apiCalls
        case .storage: self = .storage
        case .transactions: self = .transactions
        default: return nil
        }
    }
}

extension Quotas {
    init(_ statuses: [Tenancy.QuotaStatus]) {
        self.init()
        for status in statuses {
            switch status.resource {
            case .users: users = TenancyAPI.QuotaStatus(status)
            case .apiCalls: apiCalls = TenancyAPI.QuotaStatus(status)
            case .storage: storage = StorageQuotaStatus(status)
            case .transactions: transactions = TenancyAPI.QuotaStatus(status)
            }
        }
    }
}

extension TenancyAPI.QuotaStatus {
    fileprivate init(_ status: Tenancy.QuotaStatus) {
        self.init(
            available: status.isAvailable, current: status.current, max: status.max,
            percentage: status.percentage)
    }
}

extension StorageQuotaStatus {
    fileprivate init(_ status: Tenancy.QuotaStatus) {
        self.init(
            available: status.isAvailable, current: status.currentShown, max: status.maxShown,
            percentage: status.percentage, currentBytes: status.current, maxBytes: status.max)
    }
}

extension CheckQuotaResponse {
    init(_ answer: QuotaAnswer) {
        self.init(
            allowed: answer.allowed, current: answer.status.current, max: answer.status.max,
            percentage: answer.status.percentage, remaining: answer.status.remaining,
            decidedAt: .init(microsecondsSince1970: answer.decidedAt.microseconds))
    }
}

extension ConsumeResponse {
    init(_ answer: QuotaAnswer) {
        self.init(
            allowed: answer.allowed, current: answer.status.current, max: answer.status.max,
            percentage: answer.status.percentage, remaining: answer.status.remaining,
            decidedAt: .init(microsecondsSince1970: answer.decidedAt.microseconds))
    }
}
