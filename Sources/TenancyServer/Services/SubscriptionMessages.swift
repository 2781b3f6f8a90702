internal import Tenancy
internal import TenancyAPI

/// Subscriptions between the domain and the wire.
enum SubscriptionMessages {
    static func change(
        _ request: ChangeSubscriptionRequest, _ violations: inout FieldViolations
    ) -> PlanChangeRequest? {
        change(
            request.plan, request.billingCycle, request.downgradePolicy, request.customTerms,
            &violations)
    }

    static func change(
        _ request: PreviewPlanChangeRequest, _ violations: inout FieldViolations
    ) -> PlanChangeRequest? {
        change(
            request.plan, request.billingCycle, request.downgradePolicy, request.customTerms,
            &violations)
    }

    private static func change(
        _ plan: TenancyAPI.Plan, _ cycle: TenancyAPI.BillingCycle,
        _ policy: TenancyAPI.DowngradePolicy, _ terms: CustomTerms?,
        _ violations: inout FieldViolations
    ) -> PlanChangeRequest? {
        let knownCycle = Tenancy.BillingCycle(cycle)
        let knownPolicy = Tenancy.DowngradePolicy(policy)
        violations.require(
            knownCycle != nil || cycle == .unspecified, "billing_cycle",
            PlanChangeRequest.cycleRule)
        violations.require(
            knownPolicy != nil, "downgrade_policy", PlanChangeRequest.policyRule)
        return PlanChangeRequest(
            plan: Tenancy.Plan(plan), cycle: knownCycle, policy: knownPolicy ?? .refuse,
            customTerms: terms.map { PlanChangeRequest.CustomTerms($0) }, violations: &violations)
    }
}

extension PlanChangeRequest.CustomTerms {
    fileprivate init(_ terms: CustomTerms) {
        self.init(
            maxUsers: terms.maxUsers, maxAPICalls: terms.maxApiCalls,
            maxStorageBytes: terms.maxStorageBytes, maxTransactions: terms.maxTransactions,
            monthlyPricePaise: terms.monthlyPricePaise)
    }
}

extension TenancyAPI.Subscription {
    init(_ subscription: Tenancy.Subscription) {
        let terms = subscription.terms
        self.init()
        tenantId = subscription.tenant.rawValue
        plan = .init(terms.plan)
        status = .init(subscription.status)
        billingCycle = .init(terms.cycle)
        maxUsers = UInt64(clamping: terms.limits.users)
        currentUsers = UInt64(clamping: subscription.used.users)
        maxApiCalls = UInt64(clamping: terms.limits.apiCalls)
        currentApiCalls = UInt64(clamping: subscription.used.apiCalls)
        maxStorageGb = terms.limits.storageGigabytes
        currentStorageGb = subscription.used.storageGigabytes
        maxTransactions = UInt64(clamping: terms.limits.transactions)
        currentTransactions = UInt64(clamping: subscription.used.transactions)
        trialEndsAt = subscription.trialEndsAt.map { .init($0) }
        periodStart = .init(subscription.month.start)
        periodEnd = .init(subscription.month.end)
        monthlyPrice = TenancyAPI.Money(terms.monthlyPrice)
        scheduledChange = subscription.scheduled.map {
            TenancyAPI.ScheduledChange(
                plan: .init($0.plan), billingCycle: .init($0.cycle),
                appliesAt: .init(subscription.billingPeriod.end))
        }
        cancelsAt = subscription.cancelsAt.map { .init($0) }
        billingPeriodStart = .init(subscription.billingPeriod.start)
        billingPeriodEnd = .init(subscription.billingPeriod.end)
        createdAt = .init(subscription.createdAt)
        updatedAt = .init(subscription.updatedAt)
        version = subscription.version
    }
}

extension TenancyAPI.PlanDefinition {
    init(_ definition: Tenancy.PlanDefinition) {
        self.init()
        plan = .init(definition.plan)
        displayName = definition.displayName
        trialDays = definition.trialDays
        negotiated = definition.offer == nil
        guard let offer = definition.offer else { return }
        maxUsers = UInt64(clamping: offer.limits.users)
        maxApiCalls = UInt64(clamping: offer.limits.apiCalls)
        maxStorageGb = offer.limits.storageGigabytes
        maxTransactions = UInt64(clamping: offer.limits.transactions)
        monthlyPrice = TenancyAPI.Money(offer.monthlyPrice)
    }
}

extension TenancyAPI.PlanConflict {
    init(_ conflict: Tenancy.PlanConflict) {
        self.init(
            resource: .init(conflict.resource), current: UInt64(clamping: conflict.current),
            max: UInt64(clamping: conflict.max))
    }
}

extension TenancyAPI.Money {
    fileprivate init(_ money: Tenancy.Money) {
        self.init(amountPaise: money.paise, currency: money.currency)
    }
}

extension TenancyAPI.ChangeEffect {
    init(_ effect: PlanChange.Effect) {
        switch effect {
        case .immediate: self = .immediate
        case .scheduled: self = .scheduled
        }
    }
}

extension TenancyAPI.Proration {
    /// Nil for a change that costs nothing now because it is to come.
    init?(_ effect: PlanChange.Effect) {
        guard case .immediate(let proration) = effect else { return nil }
        self.init(
            credit: TenancyAPI.Money(proration.credit), charge: TenancyAPI.Money(proration.charge),
            amountDue: TenancyAPI.Money(proration.amountDue),
            remainingSeconds: proration.remainingSeconds, periodSeconds: proration.periodSeconds,
            chargedSeconds: proration.chargedSeconds,
            chargedPeriodSeconds: proration.chargedPeriodSeconds)
    }
}
