internal import Postgres
package import Tenancy

extension TenancyStore: QuotaLedger {
    /// The standing of every resource of a tenant.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func quotas(of tenant: TenantID) async throws(DomainError) -> [QuotaStatus] {
        let rows = try await read(
            in: .tenant(tenant), "SELECT * FROM tenant_quota_standing(\(tenant.rawValue))")
        guard !rows.isEmpty else { throw .tenantNotFound }
        var statuses: [QuotaStatus] = []
        for row in rows {
            statuses.append(try row.quotaStatus(of: try row.named("resource_type")))
        }
        return statuses
    }

    package func check(
        _ tenant: TenantID, resource: Resource, amount: UInt64
    ) async throws(DomainError) -> QuotaAnswer {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT q.*, clock_timestamp() AS decided_at
            FROM tenant_quota_standing(\(tenant.rawValue)) q
            WHERE q.resource_type = \(resource.rawValue)
            """)
        guard let row = rows.first else { throw .tenantNotFound }
        guard try row.named("tenant_status", as: TenantStatus.self) == .active else {
            throw .tenantNotActive
        }
        let subscription = try row.named("subscription_status", as: SubscriptionStatus.self)
        guard subscription.allowsConsumption else { throw .subscriptionNotActive }
        let status = try row.quotaStatus(of: resource)
        return QuotaAnswer(
            allowed: status.allows(amount), status: status,
            decidedAt: try row.timestamp("decided_at"))
    }

    package func consume(_ consumption: Consumption) async throws(DomainError) -> QuotaAnswer {
        let tenant = consumption.tenant
        let idempotency = consumption.idempotency
        let hash = idempotency.map { PostgresBytes($0.requestHash) }
        let rows = try await write(
            in: .tenant(tenant), context: consumption.context,
            """
            SELECT * FROM consume_tenant_quota(
                \(tenant.rawValue), \(consumption.resource.rawValue), \(consumption.amount.units),
                \(optional: idempotency?.key), \(optional: hash),
                \(consumption.validateOnly))
            """)
        guard let row = rows.first else { throw Self.emptyAnswer }
        let status = try row.quotaStatus(of: consumption.resource)
        let outcome = try row.value("outcome", as: String.self)
        switch outcome {
        case "admitted", "validated", "replayed":
            return QuotaAnswer(
                allowed: true, status: status, decidedAt: try row.timestamp("decided_at"),
                isReplay: outcome == "replayed")
        case "denied":
            throw .quotaExceeded(
                QuotaExcess(status: status, requested: UInt64(consumption.amount.units)))
        case "key_reused": throw .idempotencyKeyReused
        case "tenant_inactive": throw .tenantNotActive
        case "subscription_inactive": throw .subscriptionNotActive
        case "not_found": throw .tenantNotFound
        default: throw Self.emptyAnswer
        }
    }
}
