internal import Postgres
package import Tenancy

extension TenancyStore {
    /// Every plan, the smallest first and the negotiated last.
    ///
    /// - Throws: `unavailable`.
    package func plans() async throws(DomainError) -> [PlanDefinition] {
        try await read(in: .platform, Self.plansStatement).plans()
    }

    /// The subscription of a tenant as it is now: what is due of it is done first, should the
    /// scheduler not have come to it yet.
    ///
    /// - Throws: `notFound`, `unavailable`, `aborted`.
    package func subscription(
        of tenant: TenantID, context: AuditContext
    ) async throws(DomainError) -> Subscription {
        try await situation(of: tenant, context: context).subscription
    }

    /// What a change of the subscription would be decided on, outside of a change.
    ///
    /// - Throws: `notFound`, `unavailable`, `aborted`.
    package func situation(
        of tenant: TenantID, context: AuditContext
    ) async throws(DomainError) -> PlanChange.Situation {
        let statement = Self.situationStatement(of: tenant)
        var row = try await read(in: .tenant(tenant), statement).first
        if try row?.value("is_due") ?? false {
            _ = try await write(
                in: .tenant(tenant), context: context, Self.settleStatement(of: tenant))
            row = try await read(in: .tenant(tenant), statement).first
        }
        guard let row else { throw .tenantNotFound }
        return try row.situation(plans: try await plans())
    }

    static func settleStatement(of tenant: TenantID) -> SQL {
        "SELECT settle_tenant_subscription(\(tenant.rawValue))"
    }

    static func situationStatement(of tenant: TenantID) -> SQL {
        """
        SELECT s.*, n.now, s.due_at <= n.now AS is_due,
            month_begin_after(s.billing_period_end, 11, t.time_zone) AS year_end
        FROM tenant_subscriptions s
        JOIN tenants t ON t.id = s.tenant_id
        CROSS JOIN (SELECT clock_timestamp() AS now) AS n
        WHERE s.tenant_id = \(tenant.rawValue)
        """
    }

    static let plansStatement: SQL =
        "SELECT * FROM plans ORDER BY price_paise NULLS LAST, plan"
}

extension [Row] {
    func plans() throws(DomainError) -> [PlanDefinition] {
        var plans: [PlanDefinition] = []
        for row in self { plans.append(try row.planDefinition()) }
        return plans
    }
}

extension Row {
    func situation(plans: [PlanDefinition]) throws(DomainError) -> PlanChange.Situation {
        PlanChange.Situation(
            subscription: try subscription(), plans: plans, now: try timestamp("now"),
            yearEnd: try timestamp("year_end"))
    }
}
