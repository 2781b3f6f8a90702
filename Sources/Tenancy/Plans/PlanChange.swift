/// What a change of a subscription does, decided in one place: the preview shows it, and the change
/// carries it out.
package struct PlanChange: Sendable, Hashable {
    package enum Effect: Sendable, Hashable {
        /// At once, with what it costs and gives back now.
        case immediate(Proration)
        /// At the end of the billing period, and free until then.
        case scheduled
    }

    package let effect: Effect
    /// The subscription after the change.
    package let subscription: Subscription
    /// What is used above the new limits; the reason of a change that is scheduled.
    package let conflicts: [PlanConflict]

    /// What the decision rests on, beside the request.
    package struct Situation: Sendable, Hashable {
        /// With everything done that is due of it.
        package let subscription: Subscription
        /// The plans, of which the requested one is one.
        package let plans: [PlanDefinition]
        package let now: Timestamp
        /// Twelve months from the beginning of the present billing period.
        package let yearEnd: Timestamp

        package init(
            subscription: Subscription, plans: [PlanDefinition], now: Timestamp,
            yearEnd: Timestamp
        ) {
            self.subscription = subscription
            self.plans = plans
            self.now = now
            self.yearEnd = yearEnd
        }
    }

    /// - Throws: `failedPrecondition`: `subscriptionNotActive` after a cancellation, `noChange`
    ///   when there is nothing to do, `usageAboveLimit` when limits below what is used are to be
    ///   refused.
    package static func decide(
        _ request: PlanChangeRequest, in situation: Situation
    ) throws(DomainError) -> PlanChange {
        let present = situation.subscription
        guard present.status != .cancelled else { throw .subscriptionNotActive }
        guard let definition = situation.plans.first(where: { $0.plan == request.plan }),
            let offer = request.customTerms ?? definition.offer
        else { throw DomainError(.internalFailure, message: "a plan has limits and a price") }
        let terms = SubscriptionTerms(
            plan: request.plan, cycle: request.cycle ?? present.terms.cycle, limits: offer.limits,
            monthlyPrice: offer.monthlyPrice)

        var after = present
        after.version += 1
        after.updatedAt = situation.now
        // Whoever changes means to go on, and what was scheduled before is overtaken.
        after.cancelsAt = nil
        after.scheduled = nil
        let conflicts = present.conflicts(with: terms.limits)
        if terms == present.terms {
            guard present.scheduled != nil || present.cancelsAt != nil else { throw .noChange }
        } else if !conflicts.isEmpty {
            guard request.policy == .schedule else { throw .usageAboveLimit(conflicts) }
            guard present.scheduled != terms else { throw .noChange }
            after.scheduled = terms
            return PlanChange(effect: .scheduled, subscription: after, conflicts: conflicts)
        }

        after.terms = terms
        after.billingPeriod = situation.billingPeriod(of: terms.cycle)
        // A plan without a trial ends the trial of the plan before it, also one that is over.
        if definition.trialDays == 0, present.status == .trial || present.status == .expired {
            after.status = .active
            after.trialEndsAt = nil
        }
        let proration = Proration(
            from: present.billingPeriod, paid: present.pricePaid, to: after.billingPeriod,
            price: after.pricePaid, at: situation.now)
        return PlanChange(
            effect: .immediate(proration), subscription: after, conflicts: [])
    }
}

extension PlanChange.Situation {
    /// The period that is paid for with a cycle. With the present cycle the present one goes on; a
    /// year begins with the month that it replaces, and a month is the present one.
    fileprivate func billingPeriod(of cycle: BillingCycle) -> BillingPeriod {
        switch (subscription.terms.cycle, cycle) {
        case (.monthly, .monthly), (.yearly, .yearly): return subscription.billingPeriod
        case (.monthly, .yearly):
            return BillingPeriod(start: subscription.billingPeriod.start, end: yearEnd)
        case (.yearly, .monthly): return subscription.month
        }
    }
}

extension Subscription {
    /// What its present billing period costs as a whole. A trial is free, and so is what has
    /// expired.
    fileprivate var pricePaid: Money {
        switch status {
        case .active, .pastDue: return terms.periodPrice
        case .trial, .expired, .cancelled:
            return Money(paise: 0, currency: terms.monthlyPrice.currency)
        }
    }
}

extension DomainError {
    fileprivate static let noChange = DomainError(
        .failedPrecondition(.noChange), message: "the subscription has these terms already")

    fileprivate static func usageAboveLimit(_ conflicts: [PlanConflict]) -> DomainError {
        let names = conflicts.map(\.resource.rawValue).joined(separator: ",")
        var metadata = ["resources": names]
        if let first = conflicts.first {
            metadata["resource"] = first.resource.rawValue
            metadata["current"] = String(first.current)
            metadata["max"] = String(first.max)
        }
        return DomainError(
            .failedPrecondition(.usageAboveLimit),
            message: "more is used than the new limits allow, of \(names)", metadata: metadata)
    }
}
