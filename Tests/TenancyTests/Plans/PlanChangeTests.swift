internal import Tenancy
internal import TestSupport
internal import Testing

@Suite struct PlanChangeTests {
    private func decide(
        _ request: PlanChangeRequest, _ subscription: Subscription, day: Int64 = 10
    ) throws -> PlanChange {
        try PlanChange.decide(request, in: PlanExamples.situation(subscription, day: day))
    }

    private func failure(
        _ request: PlanChangeRequest, _ subscription: Subscription
    ) -> DomainError? {
        do throws(DomainError) {
            _ = try PlanChange.decide(request, in: PlanExamples.situation(subscription))
            return nil
        } catch { return error }
    }

    @Test("An upgrade applies at once, keeps what is used, and costs the rest of the period")
    func upgrade() throws {
        let present = PlanExamples.subscription(.professional)
        let change = try decide(try PlanExamples.request(.enterprise), present, day: 15)
        guard case .immediate(let proration) = change.effect else {
            Issue.record("at once")
            return
        }
        #expect(proration.credit.paise == 500_000)
        #expect(proration.charge.paise == 5_000_000)
        #expect(change.subscription.terms.limits.users == 1_000)
        #expect(change.subscription.used == present.used)
        #expect(change.subscription.month == present.month)
        #expect(change.subscription.billingPeriod == present.billingPeriod)
        #expect(change.subscription.version == present.version + 1)
        #expect(change.conflicts.isEmpty)
    }

    @Test("A downgrade that fits applies at once, and the tenant is owed")
    func fittingDowngrade() throws {
        let change = try decide(
            try PlanExamples.request(.starter), PlanExamples.subscription(.professional), day: 15)
        guard case .immediate(let proration) = change.effect else {
            Issue.record("at once")
            return
        }
        #expect(proration.amountDue.paise == -500_000)
        #expect(change.subscription.status == .active)
    }

    @Test("A downgrade below what is used is refused, and says of what")
    func refusedDowngrade() throws {
        for (users, reserved) in [(Int64(11), Int64(0)), (3, 8), (.max, .max)] {
            let error = failure(
                try PlanExamples.request(.starter),
                PlanExamples.subscription(.professional, users: users, reserved: reserved))
            #expect(error?.code == .failedPrecondition(.usageAboveLimit))
            #expect(error?.metadata["resource"] == "users")
            #expect(error?.metadata["max"] == "10")
        }
    }

    @Test("Or it is scheduled for the end of the period, and costs nothing now")
    func scheduledDowngrade() throws {
        let present = PlanExamples.subscription(.professional, users: 11)
        let request = try PlanExamples.request(.starter, policy: .schedule)
        let change = try decide(request, present)
        #expect(change.effect == .scheduled)
        #expect(change.subscription.terms == present.terms)
        #expect(change.subscription.billingPeriod == present.billingPeriod)
        #expect(change.subscription.scheduled?.plan == .starter)
        #expect(change.conflicts.map(\.resource) == [.users])
        #expect(
            failure(request, change.subscription)?.code == .failedPrecondition(.noChange))
    }

    @Test("What is scheduled is withdrawn by any change, also by the present terms")
    func withdrawal() throws {
        let waiting = PlanExamples.subscription(.professional, users: 11) {
            $0.scheduled = PlanExamples.subscription(.starter).terms
        }
        let leaving = PlanExamples.subscription(.professional) {
            $0.cancelsAt = $0.billingPeriod.end
        }
        for present in [waiting, leaving] {
            for plan in [Plan.professional, .enterprise] {
                let change = try decide(try PlanExamples.request(plan), present)
                #expect(change.subscription.scheduled == nil)
                #expect(change.subscription.cancelsAt == nil)
                #expect(change.subscription.terms.plan == plan)
                guard case .immediate(let proration) = change.effect else {
                    Issue.record("at once")
                    continue
                }
                #expect((proration.amountDue.paise == 0) == (plan == .professional))
            }
        }
    }

    @Test("The present terms are no change", arguments: BillingCycle.allCases)
    func noChange(cycle: BillingCycle) throws {
        let present = PlanExamples.subscription(.professional, cycle)
        for given in [nil, cycle] {
            #expect(
                failure(try PlanExamples.request(.professional, given), present)?.code
                    == .failedPrecondition(.noChange))
        }
    }

    @Test("What was cancelled does not change")
    func cancelled() throws {
        #expect(
            failure(
                try PlanExamples.request(.enterprise),
                PlanExamples.subscription(.professional, status: .cancelled))?.code
                == .failedPrecondition(.subscriptionNotActive))
    }

    @Test("A plan without a trial ends a trial, also one that is over, and the rest is charged")
    func endOfTrial() throws {
        for status in [SubscriptionStatus.trial, .expired] {
            let change = try decide(
                try PlanExamples.request(.professional),
                PlanExamples.subscription(.starter, status: status), day: 15)
            #expect(change.subscription.status == .active)
            #expect(change.subscription.trialEndsAt == nil)
            guard case .immediate(let proration) = change.effect else {
                Issue.record("at once")
                continue
            }
            #expect(proration.credit.paise == 0)
            #expect(proration.charge.paise == 500_000)
        }
    }

    @Test("Another cycle of the same trial is the same trial")
    func trialGoesOn() throws {
        for status in [SubscriptionStatus.trial, .expired] {
            let present = PlanExamples.subscription(.starter, status: status)
            let change = try decide(try PlanExamples.request(.starter, .yearly), present)
            #expect(change.subscription.status == status)
            #expect(change.subscription.trialEndsAt == present.trialEndsAt)
        }
    }

    @Test("A year begins with the month that it replaces")
    func yearly() throws {
        let change = try decide(
            try PlanExamples.request(.professional, .yearly),
            PlanExamples.subscription(.professional), day: 15)
        #expect(
            change.subscription.billingPeriod
                == BillingPeriod(
                    start: PlanExamples.time(day: 0), end: PlanExamples.time(day: 365)))
        guard case .immediate(let proration) = change.effect else {
            Issue.record("at once")
            return
        }
        #expect(proration.credit.paise == 500_000)
        #expect(proration.charge.paise == 11_506_849)
        #expect(proration.chargedSeconds == 350 * 86_400)
        #expect(proration.chargedPeriodSeconds == 365 * 86_400)
    }

    @Test("After a year the month is the present one")
    func monthly() throws {
        let present = PlanExamples.subscription(.professional, .yearly)
        let change = try decide(
            try PlanExamples.request(.professional, .monthly), present, day: 15)
        #expect(change.subscription.billingPeriod == present.month)
        guard case .immediate(let proration) = change.effect else {
            Issue.record("at once")
            return
        }
        #expect(proration.credit.paise == 8_547_945)
        #expect(proration.charge.paise == 500_000)
    }

    @Test("Negotiated terms are the caller's, and other ones are a change")
    func custom() throws {
        let terms = PlanChangeRequest.CustomTerms(
            maxUsers: 5_000, maxAPICalls: 5, maxStorageBytes: 6, maxTransactions: 7,
            monthlyPricePaise: 12_345)
        let first = try decide(
            try PlanExamples.request(.custom, custom: terms), PlanExamples.subscription())
        #expect(
            first.subscription.terms.limits
                == ResourceUnits(users: 5_000, apiCalls: 5, storageBytes: 6, transactions: 7))
        #expect(first.subscription.terms.monthlyPrice.paise == 12_345)
        #expect(
            failure(try PlanExamples.request(.custom, custom: terms), first.subscription)?.code
                == .failedPrecondition(.noChange))
        let dearer = PlanChangeRequest.CustomTerms(
            maxUsers: 5_000, maxAPICalls: 5, maxStorageBytes: 6, maxTransactions: 7,
            monthlyPricePaise: 12_346)
        let second = try decide(
            try PlanExamples.request(.custom, custom: dearer), first.subscription)
        #expect(second.subscription.terms.monthlyPrice.paise == 12_346)
    }

    @Test("Whatever changes, what is charged less what is given back is what is due")
    func amounts() throws {
        var random = SplitMix(seed: 7)
        for _ in 0..<500 {
            let plan = Plan.allCases.dropLast().randomElement(using: &random) ?? .starter
            let cycle = BillingCycle.allCases.randomElement(using: &random) ?? .monthly
            let present = PlanExamples.subscription(
                [Plan.starter, .professional, .enterprise].randomElement(using: &random)
                    ?? .starter,
                BillingCycle.allCases.randomElement(using: &random) ?? .monthly,
                status: SubscriptionStatus.allCases.randomElement(using: &random) ?? .active,
                users: Int64.random(in: 0...200, using: &random))
            let request = try PlanExamples.request(plan, cycle, policy: .schedule)
            let situation = PlanExamples.situation(
                present, day: Int64.random(in: 0..<30, using: &random))
            guard let change = try? PlanChange.decide(request, in: situation) else { continue }
            // The same question has the same answer: what a preview shows, a change does.
            #expect(try PlanChange.decide(request, in: situation) == change)
            guard case .immediate(let proration) = change.effect else {
                #expect(!change.conflicts.isEmpty && change.subscription.terms == present.terms)
                continue
            }
            #expect(change.subscription.conflicts(with: change.subscription.terms.limits).isEmpty)
            #expect(
                proration.amountDue.paise == proration.charge.paise - proration.credit.paise)
            #expect(0...present.terms.periodPrice.paise ~= proration.credit.paise)
            #expect(
                0...change.subscription.terms.periodPrice.paise ~= proration.charge.paise)
            #expect(change.subscription.billingPeriod.end > situation.now)
        }
    }
}
