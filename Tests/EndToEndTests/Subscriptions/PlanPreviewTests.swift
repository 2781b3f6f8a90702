internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A preview of a change", .timeLimit(.minutes(5)))
struct PlanPreviewTests {
    /// What is paid for by the second can be compared within one second only: calls are repeated
    /// until the preview and the change fall into the same.
    private static let attemptsMax = 200

    @Test(
        "shows what the change then does",
        arguments: [
            (Plan.enterprise, BillingCycle.unspecified, DowngradePolicy.unspecified),
            (.professional, .yearly, .unspecified), (.starter, .unspecified, .schedule),
        ])
    func same(plan: Plan, cycle: BillingCycle, policy: DowngradePolicy) async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("previewed")
            let subscriptions = services.subscriptions
            _ = try await subscriptions.changeSubscription(
                .init(tenantCode: code, plan: .professional))
            try await services.consume(11, .users, of: code)
            let preview = PreviewPlanChangeRequest(
                tenantCode: code, plan: plan, billingCycle: cycle, downgradePolicy: policy)
            var change = ChangeSubscriptionRequest(
                tenantCode: code, plan: plan, billingCycle: cycle, downgradePolicy: policy,
                validateOnly: true)
            var hasMet = false
            for _ in 0..<Self.attemptsMax where !hasMet {
                let shown = try await subscriptions.previewPlanChange(preview)
                let done = try await subscriptions.changeSubscription(change)
                guard shown.proration?.remainingSeconds == done.proration?.remainingSeconds
                else { continue }
                hasMet = true
                #expect(shown.proration == done.proration)
                #expect(shown.effect == done.effect)
                #expect(shown.conflicts.isEmpty == (plan != .starter))
                var expected = shown.subscription
                expected?.updatedAt = done.subscription?.updatedAt
                #expect(done.subscription == expected)
            }
            #expect(hasMet)
            // And done in earnest it is what was validated, some seconds later.
            change.validateOnly = false
            let done = try await subscriptions.changeSubscription(change)
            #expect(try await services.subscription(of: code) == done.subscription)
            guard let proration = done.proration else {
                #expect(policy == .schedule)
                return
            }
            #expect(proration.periodSeconds >= proration.remainingSeconds)
            let (price, whole) = (
                Int64(plan == .enterprise ? 10_000_000 : 12_000_000),
                proration.chargedPeriodSeconds
            )
            #expect(
                proration.charge?.amountPaise
                    == (price * proration.chargedSeconds * 2 + whole) / (whole * 2))
        }
    }

    @Test("changes nothing, and refuses what the change would refuse")
    func refusals() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("looked")
            let before = try await deployment.fingerprint(of: code)
            _ = try await services.subscriptions.previewPlanChange(
                .init(tenantCode: code, plan: .enterprise))
            let refused = try await expectFailure(.failedPrecondition) {
                try await services.subscriptions.previewPlanChange(
                    .init(tenantCode: code, plan: .starter))
            }
            #expect(try refused.errorInfo?.reason == "NO_CHANGE")
            #expect(try await deployment.fingerprint(of: code) == before)
            _ = try await services.subscriptions.changeSubscription(
                .init(tenantCode: code, plan: .professional))
            try await services.consume(11, .users, of: code)
            let above = try await expectFailure(.failedPrecondition) {
                try await services.subscriptions.previewPlanChange(
                    .init(tenantCode: code, plan: .starter))
            }
            #expect(try above.errorInfo?.reason == "USAGE_ABOVE_LIMIT")
            let conflicts = try await services.subscriptions.previewPlanChange(
                .init(tenantCode: code, plan: .starter, downgradePolicy: .schedule)
            ).conflicts
            #expect(conflicts == [PlanConflict(resource: .users, current: 11, max: 10)])
        }
    }
}
