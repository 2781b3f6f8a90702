internal import Postgres
package import Tenancy

extension TenancyStore: QuotaLedger {
    /// The standing of every resource of a tenant. What this server takes shows at once, what
    /// others take within `quotaLifetime`.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func quotas(of tenant: TenantID) async throws(DomainError) -> [QuotaStatus] {
        try await quotaStanding(of: tenant).statuses
    }

    package func check(
        _ tenant: TenantID, resource: Resource, amount: UInt64
    ) async throws(DomainError) -> QuotaAnswer {
        let standing = try await quotaStanding(of: tenant)
        guard standing.tenantStatus == .active else { throw .tenantNotActive }
        guard standing.subscriptionStatus.allowsConsumption else { throw .subscriptionNotActive }
        guard let status = standing.statuses.first(where: { $0.resource == resource }) else {
            throw Self.emptyAnswer
        }
        return QuotaAnswer(
            allowed: status.allows(amount), status: status, decidedAt: standing.readAt)
    }

    private func quotaStanding(of tenant: TenantID) async throws(DomainError) -> QuotaStanding {
        let standing = try await quotaStandings.value(QuotaStanding.Key(), of: tenant) {
            () async throws(DomainError) -> QuotaStanding? in
            try await readQuotaStanding(of: tenant)
        }
        guard let standing else { throw .tenantNotFound }
        return standing
    }

    private func readQuotaStanding(
        of tenant: TenantID
    ) async throws(DomainError) -> QuotaStanding? {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT q.*, clock_timestamp() AS read_at
            FROM tenant_quota_standing(\(tenant.rawValue)) q
            """)
        guard let first = rows.first else { return nil }
        var statuses: [QuotaStatus] = []
        for row in rows {
            statuses.append(try row.quotaStatus(of: try row.named("resource_type")))
        }
        return QuotaStanding(
            statuses: statuses, tenantStatus: try first.named("tenant_status"),
            subscriptionStatus: try first.named("subscription_status"),
            readAt: try first.timestamp("read_at"))
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
        quotaStandings.forget(tenant)
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

/// Where a tenant stands with every resource, as it was read.
struct QuotaStanding: Sendable {
    /// There is one for each tenant.
    struct Key: Sendable, Hashable {}

    let statuses: [QuotaStatus]
    let tenantStatus: TenantStatus
    let subscriptionStatus: SubscriptionStatus
    let readAt: Timestamp
}
