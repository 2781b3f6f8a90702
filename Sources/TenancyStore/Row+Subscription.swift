internal import Postgres
internal import Tenancy

/// Subscriptions and plans out of rows.
extension Row {
    func subscription() throws(DomainError) -> Subscription {
        let currency = try value("currency", as: String.self)
        return Subscription(
            tenant: try tenantID("tenant_id"),
            terms: SubscriptionTerms(
                plan: try named("plan"), cycle: try named("billing_cycle"),
                limits: try units("max"),
                monthlyPrice: Money(
                    paise: try value("monthly_price_paise"), currency: currency)),
            status: try named("status"), used: try units("current"),
            reserved: try units("reserved"), trialEndsAt: try optionalTimestamp("trial_ends_at"),
            month: try period("period"), billingPeriod: try period("billing_period"),
            scheduled: try scheduledTerms(currency: currency),
            cancelsAt: try optionalTimestamp("cancels_at"), createdAt: try timestamp("created_at"),
            updatedAt: try timestamp("updated_at"), version: try value("version"))
    }

    func planDefinition() throws(DomainError) -> PlanDefinition {
        var offer: PlanDefinition.Offer?
        if let price = try optional("price_paise", as: Int64.self) {
            offer = PlanDefinition.Offer(
                limits: try units("max"),
                monthlyPrice: Money(paise: price, currency: try value("currency")))
        }
        return PlanDefinition(
            plan: try named("plan"), displayName: try value("display_name"), offer: offer,
            trialDays: try value("trial_days"))
    }

    private func scheduledTerms(currency: String) throws(DomainError) -> SubscriptionTerms? {
        guard try optional("scheduled_plan", as: String.self) != nil else { return nil }
        return SubscriptionTerms(
            plan: try named("scheduled_plan"), cycle: try named("scheduled_billing_cycle"),
            limits: try units("scheduled_max"),
            monthlyPrice: Money(
                paise: try value("scheduled_monthly_price_paise"), currency: currency))
    }

    private func units(_ prefix: String) throws(DomainError) -> ResourceUnits {
        ResourceUnits(
            users: try value("\(prefix)_users"), apiCalls: try value("\(prefix)_api_calls"),
            storageBytes: try value("\(prefix)_storage_bytes"),
            transactions: try value("\(prefix)_transactions"))
    }

    private func period(_ prefix: String) throws(DomainError) -> BillingPeriod {
        let start = try timestamp("\(prefix)_start")
        let end = try timestamp("\(prefix)_end")
        guard start < end else { throw TenancyStore.emptyAnswer }
        return BillingPeriod(start: start, end: end)
    }
}
