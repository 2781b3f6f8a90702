/// What a tenant and the platform have agreed on.
package struct SubscriptionTerms: Sendable, Hashable {
    package let plan: Plan
    package let cycle: BillingCycle
    package let limits: ResourceUnits
    package let monthlyPrice: Money

    package init(
        plan: Plan, cycle: BillingCycle, limits: ResourceUnits, monthlyPrice: Money
    ) {
        self.plan = plan
        self.cycle = cycle
        self.limits = limits
        self.monthlyPrice = monthlyPrice
    }

    /// What one billing period costs.
    package var periodPrice: Money {
        Money(paise: monthlyPrice.paise * cycle.months, currency: monthlyPrice.currency)
    }
}
