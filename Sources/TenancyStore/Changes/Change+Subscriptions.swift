internal import Postgres
package import Tenancy

/// Changes of a subscription. The audit rows come from triggers.
extension Change {
    /// Locks the subscription, does what is due of it, and answers what a change is decided on.
    ///
    /// - Throws: `notFound`, `versionMismatch`, `unavailable`, `aborted`.
    package func situation(
        expecting version: ExpectedVersion
    ) async throws(DomainError) -> PlanChange.Situation {
        _ = try await query(
            """
            SELECT s.tenant_id FROM tenant_subscriptions s
            WHERE s.tenant_id = \(tenant.rawValue) FOR NO KEY UPDATE
            """)
        _ = try await query(TenancyStore.settleStatement(of: tenant))
        guard let row = try await query(TenancyStore.situationStatement(of: tenant)).first
        else { throw .tenantNotFound }
        let situation = try row.situation(
            plans: try await query(TenancyStore.plansStatement).plans())
        try version.check(situation.subscription.version)
        return situation
    }

    /// Carries out what was decided, and answers with the subscription as it is then.
    ///
    /// - Throws: `unavailable`, `aborted`.
    package func apply(_ change: PlanChange) async throws(DomainError) -> Subscription {
        let after = change.subscription
        let (terms, scheduled) = (after.terms, after.scheduled)
        let row = try await row(
            """
            UPDATE tenant_subscriptions s
            SET plan = \(terms.plan.rawValue), billing_cycle = \(terms.cycle.rawValue),
                status = \(after.status.rawValue),
                trial_ends_at = \(optional: after.trialEndsAt?.postgres),
                max_users = \(terms.limits.users), max_api_calls = \(terms.limits.apiCalls),
                max_storage_bytes = \(terms.limits.storageBytes),
                max_transactions = \(terms.limits.transactions),
                monthly_price_paise = \(terms.monthlyPrice.paise),
                billing_period_start = \(after.billingPeriod.start.postgres),
                billing_period_end = \(after.billingPeriod.end.postgres),
                cancels_at = \(optional: after.cancelsAt?.postgres), cancellation_reason = NULL,
                scheduled_plan = \(optional: scheduled?.plan.rawValue),
                scheduled_billing_cycle = \(optional: scheduled?.cycle.rawValue),
                scheduled_max_users = \(optional: scheduled?.limits.users),
                scheduled_max_api_calls = \(optional: scheduled?.limits.apiCalls),
                scheduled_max_storage_bytes = \(optional: scheduled?.limits.storageBytes),
                scheduled_max_transactions = \(optional: scheduled?.limits.transactions),
                scheduled_monthly_price_paise = \(optional: scheduled?.monthlyPrice.paise)
            WHERE s.tenant_id = \(tenant.rawValue)
            RETURNING s.*
            """)
        if case .immediate(let proration) = change.effect {
            try await charge(proration, for: after)
        }
        return try row.subscription()
    }

    /// Ends the subscription, or has it end with its billing period.
    ///
    /// - Throws: `unavailable`, `aborted`.
    package func cancel(_ cancellation: Cancellation) async throws(DomainError) -> Subscription {
        try await row(
            """
            UPDATE tenant_subscriptions s
            SET status = CASE WHEN \(cancellation.immediately) THEN 'cancelled' ELSE s.status END,
                cancels_at = CASE WHEN \(cancellation.immediately) THEN NULL
                    ELSE s.billing_period_end END,
                cancellation_reason = \(optional: cancellation.reason),
                scheduled_plan = NULL, scheduled_billing_cycle = NULL, scheduled_max_users = NULL,
                scheduled_max_api_calls = NULL, scheduled_max_storage_bytes = NULL,
                scheduled_max_transactions = NULL, scheduled_monthly_price_paise = NULL
            WHERE s.tenant_id = \(tenant.rawValue)
            RETURNING s.*
            """
        ).subscription()
    }

    /// Keeps what a change costs and gives back. Nothing is kept of what is free either way.
    private func charge(
        _ proration: Proration, for after: Subscription
    ) async throws(DomainError) {
        guard proration.credit.paise > 0 || proration.charge.paise > 0 else { return }
        _ = try await query(
            """
            INSERT INTO tenant_subscription_charges (
                tenant_id, subscription_version, reason, plan, billing_cycle, credit_paise,
                charge_paise, currency, period_start, period_end)
            VALUES (
                \(tenant.rawValue), \(after.version), 'change', \(after.terms.plan.rawValue),
                \(after.terms.cycle.rawValue), \(proration.credit.paise),
                \(proration.charge.paise), \(proration.charge.currency),
                \(after.billingPeriod.start.postgres), \(after.billingPeriod.end.postgres))
            """)
    }
}

extension Timestamp {
    var postgres: PostgresTimestamp { PostgresTimestamp(microseconds: microseconds) }
}
