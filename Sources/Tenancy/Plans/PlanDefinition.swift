/// One of the plans: what it allows, what a month of it costs, and how long it may be tried.
package struct PlanDefinition: Sendable, Hashable {
    package let plan: Plan
    package let displayName: String
    /// Limits and price; nil when they are negotiated for each tenant.
    package let offer: Offer?
    /// How long a trial lasts; 0 for none.
    package let trialDays: Int32

    package struct Offer: Sendable, Hashable {
        package let limits: ResourceUnits
        package let monthlyPrice: Money

        package init(limits: ResourceUnits, monthlyPrice: Money) {
            self.limits = limits
            self.monthlyPrice = monthlyPrice
        }
    }

    package init(plan: Plan, displayName: String, offer: Offer?, trialDays: Int32) {
        self.plan = plan
        self.displayName = displayName
        self.offer = offer
        self.trialDays = trialDays
    }
}
