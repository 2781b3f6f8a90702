internal import Tenancy

/// Plans and subscriptions for tests, at times that they choose.
enum PlanExamples {
    static let day: Int64 = 86_400_000_000

    static let plans = [
        definition(.starter, 10, 10_000, 5, 1_000, price: 0, trialDays: 30),
        definition(.professional, 100, 100_000, 50, 10_000, price: 1_000_000),
        definition(.enterprise, 1_000, 1_000_000, 500, 100_000, price: 10_000_000),
        PlanDefinition(plan: .custom, displayName: "Custom", offer: nil, trialDays: 0),
    ]

    static func time(day number: Int64) -> Timestamp {
        Timestamp(microseconds: number * day)
    }

    /// In the month from day 0 to 30, with something used.
    static func subscription(
        _ plan: Plan = .professional, _ cycle: BillingCycle = .monthly,
        status: SubscriptionStatus = .active, users: Int64 = 3, reserved: Int64 = 0,
        change: (inout Subscription) -> Void = { _ in }
    ) -> Subscription {
        let offer =
            plans.first { $0.plan == plan }?.offer
            ?? PlanDefinition.Offer(
                limits: ResourceUnits(
                    users: 7, apiCalls: 7, storageBytes: 7, transactions: 7),
                monthlyPrice: Money(paise: 7))
        let month = BillingPeriod(start: time(day: 0), end: time(day: 30))
        var subscription = Subscription(
            tenant: tenant,
            terms: SubscriptionTerms(
                plan: plan, cycle: cycle, limits: offer.limits, monthlyPrice: offer.monthlyPrice),
            status: status,
            used: ResourceUnits(users: users, apiCalls: 5, storageBytes: 1, transactions: 2),
            reserved: ResourceUnits(users: reserved, apiCalls: 0, storageBytes: 0, transactions: 0),
            trialEndsAt: status == .trial || status == .expired ? time(day: 25) : nil,
            month: month,
            billingPeriod: cycle == .monthly
                ? month : BillingPeriod(start: time(day: -90), end: time(day: 275)),
            scheduled: nil, cancelsAt: nil, createdAt: time(day: -100),
            updatedAt: time(day: -100), version: 5)
        change(&subscription)
        return subscription
    }

    static func situation(
        _ subscription: Subscription, day number: Int64 = 10
    ) -> PlanChange.Situation {
        PlanChange.Situation(
            subscription: subscription, plans: plans, now: time(day: number),
            yearEnd: time(day: 365))
    }

    static func request(
        _ plan: Plan, _ cycle: BillingCycle? = nil, policy: DowngradePolicy = .refuse,
        custom: PlanChangeRequest.CustomTerms? = nil
    ) throws -> PlanChangeRequest {
        var violations = FieldViolations()
        let request = PlanChangeRequest(
            plan: plan, cycle: cycle, policy: policy, customTerms: custom,
            violations: &violations)
        try violations.check()
        guard let request else { throw DomainError.tenantNotFound }
        return request
    }

    private static var tenant: TenantID {
        guard let tenant = TenantID(2) else { preconditionFailure("2 is a tenant's number") }
        return tenant
    }

    private static func definition(
        _ plan: Plan, _ users: Int64, _ calls: Int64, _ gigabytes: Int64, _ transactions: Int64,
        price: Int64, trialDays: Int32 = 0
    ) -> PlanDefinition {
        PlanDefinition(
            plan: plan, displayName: plan.rawValue,
            offer: PlanDefinition.Offer(
                limits: ResourceUnits(
                    users: users, apiCalls: calls, storageBytes: gigabytes * 1_000_000_000,
                    transactions: transactions),
                monthlyPrice: Money(paise: price)),
            trialDays: trialDays)
    }
}
