/// What a tenant has subscribed to, what it has used of it, and what is to become of it.
package struct Subscription: Sendable, Hashable {
    package let tenant: TenantID
    package var terms: SubscriptionTerms
    package var status: SubscriptionStatus
    /// What is used, of the present month where a limit is of a month.
    package let used: ResourceUnits
    /// What is spoken for and not yet used.
    package let reserved: ResourceUnits
    /// When the trial ends or has ended; nil without one.
    package var trialEndsAt: Timestamp?
    /// The calendar month of the tenant's time zone that quotas are counted in.
    package let month: BillingPeriod
    package var billingPeriod: BillingPeriod
    /// The terms that replace the present ones at the end of the billing period.
    package var scheduled: SubscriptionTerms?
    /// The end of the billing period, when it is to be cancelled then.
    package var cancelsAt: Timestamp?
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var version: Int64

    package init(
        tenant: TenantID, terms: SubscriptionTerms, status: SubscriptionStatus,
        used: ResourceUnits, reserved: ResourceUnits, trialEndsAt: Timestamp?,
        month: BillingPeriod, billingPeriod: BillingPeriod, scheduled: SubscriptionTerms?,
        cancelsAt: Timestamp?, createdAt: Timestamp, updatedAt: Timestamp, version: Int64
    ) {
        self.tenant = tenant
        self.terms = terms
        self.status = status
        self.used = used
        self.reserved = reserved
        self.trialEndsAt = trialEndsAt
        self.month = month
        self.billingPeriod = billingPeriod
        self.scheduled = scheduled
        self.cancelsAt = cancelsAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }

    /// Where more is used or spoken for than the limits allow, in the order of the resources. What
    /// is spoken for counts: its holder may use it at any moment.
    package func conflicts(with limits: ResourceUnits) -> [PlanConflict] {
        Resource.allCases.compactMap { resource in
            let (sum, overflow) = used[resource].addingReportingOverflow(reserved[resource])
            let current = overflow ? .max : sum
            guard current > limits[resource] else { return nil }
            return PlanConflict(resource: resource, current: current, max: limits[resource])
        }
    }
}

/// A resource of which more is used than a limit would allow.
package struct PlanConflict: Sendable, Hashable {
    package let resource: Resource
    package let current: Int64
    package let max: Int64
}
