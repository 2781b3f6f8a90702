internal import Tenancy
internal import TenancyStore

/// Questions about quota as the server asks them.
extension TenancyStore {
    func quotas(of tenant: TenantID) async throws(DomainError) -> [QuotaStatus] {
        try await quotaLevels(of: tenant).levels.map(\.status)
    }

    func check(
        _ tenant: TenantID, resource: Resource, amount: UInt64
    ) async throws(DomainError) -> QuotaAnswer {
        let levels = try await quotaLevels(of: tenant)
        return try levels.level(of: resource).answer(amount, at: levels.readAt)
    }
}
