internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A subscription", .timeLimit(.minutes(5)))
struct SubscriptionTests {
    @Test("begins as a trial of the smallest plan, in the calendar month", arguments: Way.allCases)
    func trial(over way: Way) async throws {
        try await Deployment.shared().withServices(over: way) { services in
            let code = try await services.createTenant("trial")
            let subscription = try await services.subscription(of: code)
            #expect(subscription.plan == .starter)
            #expect(subscription.status == .trial)
            #expect(subscription.billingCycle == .monthly)
            #expect(subscription.maxUsers == 10)
            #expect(subscription.maxApiCalls == 10_000)
            #expect(subscription.maxStorageGb == 5)
            #expect(subscription.maxTransactions == 1_000)
            #expect(subscription.monthlyPrice == Money(amountPaise: 0, currency: "INR"))
            #expect(subscription.version == 1)
            let created = try #require(subscription.createdAt)
            let ends = try #require(subscription.trialEndsAt)
            #expect(abs(ends.seconds - created.seconds - 30 * 86_400) <= 1)
            #expect(subscription.billingPeriodStart == subscription.periodStart)
            #expect(subscription.billingPeriodEnd == subscription.periodEnd)
            #expect(subscription.scheduledChange == nil && subscription.cancelsAt == nil)
        }
    }

    @Test("may be of four plans")
    func plans() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let plans = try await services.subscriptions.listPlans(.init()).plans
            #expect(plans.map(\.plan) == [.starter, .professional, .enterprise, .custom])
            #expect(plans.map(\.maxUsers) == [10, 100, 1_000, 0])
            #expect(plans.map(\.maxApiCalls) == [10_000, 100_000, 1_000_000, 0])
            #expect(plans.map(\.maxStorageGb) == [5, 50, 500, 0])
            #expect(plans.map(\.maxTransactions) == [1_000, 10_000, 100_000, 0])
            #expect(
                plans.map(\.monthlyPrice?.amountPaise) == [0, 1_000_000, 10_000_000, nil])
            #expect(plans.map(\.trialDays) == [30, 0, 0, 0])
            #expect(plans.map(\.negotiated) == [false, false, false, true])
        }
    }

    @Test("is upgraded at once, and keeps what was used")
    func upgrade() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("upgraded")
            try await services.consume(10, .users, of: code)
            try await services.consume(9_000, .apiCalls, of: code)
            let answer = try await services.subscriptions.changeSubscription(
                .init(tenantCode: code, plan: .professional))
            #expect(answer.effect == .immediate)
            let subscription = try #require(answer.subscription)
            #expect(subscription.status == .active)
            #expect(subscription.trialEndsAt == nil)
            #expect(subscription.currentUsers == 10)
            #expect(subscription.currentApiCalls == 9_000)
            #expect(subscription.maxApiCalls == 100_000)
            #expect(try await services.subscription(of: code) == subscription)
            #expect(try await services.consume(1, .users, of: code).current == 11)
            #expect(
                try await deployment.activity(of: code)
                    == ["subscription_changed", "subscription_charged"])
            #expect(
                try await deployment.number(
                    """
                    SELECT amount_paise FROM tenant_subscription_charges c
                    JOIN tenants t ON t.id = c.tenant_id WHERE t.tenant_code = '\(code)'
                    """) == answer.proration?.amountDue?.amountPaise)
        }
    }

    @Test("is not downgraded below what is used, unless that may wait")
    func downgrade() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("downgraded")
            var request = ChangeSubscriptionRequest(tenantCode: code, plan: .professional)
            _ = try await services.subscriptions.changeSubscription(request)
            try await services.consume(11, .users, of: code)
            request.plan = .starter
            for policy in [DowngradePolicy.unspecified, .refuse] {
                request.downgradePolicy = policy
                let error = try await expectFailure(.failedPrecondition) {
                    try await services.subscriptions.changeSubscription(request)
                }
                let info = try #require(try error.errorInfo)
                #expect(info.reason == "USAGE_ABOVE_LIMIT")
                #expect(info.metadata["resource"] == "users")
            }
            request.downgradePolicy = .schedule
            let answer = try await services.subscriptions.changeSubscription(request)
            #expect(answer.effect == .scheduled)
            #expect(answer.proration == nil)
            let subscription = try #require(answer.subscription)
            #expect(subscription.plan == .professional)
            #expect(subscription.scheduledChange?.plan == .starter)
            #expect(subscription.scheduledChange?.appliesAt == subscription.billingPeriodEnd)
            // The present terms withdraw it, and then there is nothing to change.
            request.plan = .professional
            let kept = try await services.subscriptions.changeSubscription(request)
            #expect(kept.subscription?.scheduledChange == nil)
            #expect(kept.proration?.amountDue?.amountPaise == 0)
            let error = try await expectFailure(.failedPrecondition) {
                try await services.subscriptions.changeSubscription(request)
            }
            #expect(try error.errorInfo?.reason == "NO_CHANGE")
        }
    }

    @Test("of negotiated terms is given by the platform only")
    func custom() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("custom")
            let terms = CustomTerms(
                maxUsers: 7_000, maxApiCalls: 8, maxStorageBytes: 9_000_000_000,
                maxTransactions: 10, monthlyPricePaise: 123)
            let change = ChangeSubscriptionRequest(
                tenantCode: code, plan: .custom, customTerms: terms)
            let preview = PreviewPlanChangeRequest(
                tenantCode: code, plan: .custom, customTerms: terms)
            try await deployment.withTrustedService("negotiator") { service in
                let options = CallOptions.acting(for: "the-admin")
                try await expectFailure(.permissionDenied) {
                    try await service.subscriptions.changeSubscription(change, options: options)
                }
                for options in [options, .defaults] {
                    try await expectFailure(.permissionDenied) {
                        try await service.subscriptions.previewPlanChange(
                            preview, options: options)
                    }
                }
            }
            _ = try await services.subscriptions.previewPlanChange(preview)
            let subscription = try #require(
                try await services.subscriptions.changeSubscription(change).subscription)
            #expect(subscription.plan == .custom)
            #expect(subscription.maxUsers == 7_000)
            #expect(subscription.maxStorageGb == 9)
            #expect(subscription.monthlyPrice?.amountPaise == 123)
        }
    }

    @Test("ends with its period, or at once, and not twice")
    func cancel() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("cancelled")
            var request = CancelSubscriptionRequest(tenantCode: code, reason: "too small")
            let later = try #require(
                try await services.subscriptions.cancelSubscription(request).subscription)
            #expect(later.status == .trial)
            #expect(later.cancelsAt == later.billingPeriodEnd)
            try await services.consume(1, .users, of: code)
            var error = try await expectFailure(.failedPrecondition) {
                try await services.subscriptions.cancelSubscription(request)
            }
            #expect(try error.errorInfo?.reason == "NO_CHANGE")
            request.immediately = true
            let now = try #require(
                try await services.subscriptions.cancelSubscription(request).subscription)
            #expect(now.status == .cancelled)
            #expect(now.cancelsAt == nil)
            error = try await expectFailure(.failedPrecondition) {
                try await services.subscriptions.cancelSubscription(request)
            }
            #expect(try error.errorInfo?.reason == "SUBSCRIPTION_NOT_ACTIVE")
            for plan in [Plan.starter, .enterprise] {
                error = try await expectFailure(.failedPrecondition) {
                    try await services.subscriptions.changeSubscription(
                        .init(tenantCode: code, plan: plan))
                }
                #expect(try error.errorInfo?.reason == "SUBSCRIPTION_NOT_ACTIVE")
                error = try await expectFailure(.failedPrecondition) {
                    try await services.subscriptions.previewPlanChange(
                        .init(tenantCode: code, plan: plan))
                }
                #expect(try error.errorInfo?.reason == "SUBSCRIPTION_NOT_ACTIVE")
            }
            try await expectFailure(.failedPrecondition) {
                try await services.consume(1, .users, of: code)
            }
            #expect(
                try await deployment.activity(of: code)
                    == ["subscription_cancellation_scheduled", "subscription_cancelled"])
            #expect(
                try await deployment.activity(
                    of: code, columns: "details #>> '{cancellation_reason,to}'"
                ).first
                    == "too small")
        }
    }

    @Test("on a version that is gone is ABORTED")
    func version() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("versions")
            let change = ChangeSubscriptionRequest(
                tenantCode: code, plan: .professional, expectedVersion: 1)
            _ = try await services.subscriptions.changeSubscription(change)
            let calls: [() async throws -> Void] = [
                { _ = try await services.subscriptions.changeSubscription(change) },
                {
                    _ = try await services.subscriptions.cancelSubscription(
                        .init(tenantCode: code, expectedVersion: 1))
                },
            ]
            for call in calls {
                let error = try await expectFailure(.aborted) { try await call() }
                #expect(try error.errorInfo?.reason == "VERSION_MISMATCH")
            }
        }
    }

    @Test("tells of every field that is wrong")
    func fields() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let subscriptions = services.subscriptions
            let calls: [([String], () async throws -> Void)] = [
                (["tenant_code"], { _ = try await subscriptions.getSubscription(.init()) }),
                (
                    [
                        "tenant_code", "billing_cycle", "downgrade_policy", "plan",
                        "expected_version", "idempotency_key",
                    ],
                    {
                        _ = try await subscriptions.changeSubscription(
                            .init(
                                billingCycle: .init(rawValue: 9),
                                downgradePolicy: .init(rawValue: 9), expectedVersion: -1,
                                idempotencyKey: String(repeating: "k", count: 129)))
                    }
                ),
                (
                    ["custom_terms"],
                    {
                        _ = try await subscriptions.changeSubscription(
                            .init(tenantCode: "default", plan: .custom))
                    }
                ),
                (
                    ["tenant_code", "plan"],
                    {
                        _ = try await subscriptions.previewPlanChange(
                            .init(plan: .init(rawValue: 9)))
                    }
                ),
                (
                    ["tenant_code", "reason", "expected_version"],
                    {
                        _ = try await subscriptions.cancelSubscription(
                            .init(
                                reason: String(repeating: "r", count: 501), expectedVersion: -1))
                    }
                ),
                (
                    ["tenant_code", "start_date", "end_date", "resource"],
                    {
                        _ = try await services.quotas.getUsage(
                            .init(
                                startDate: "x", endDate: "2026-02-30",
                                resource: .init(rawValue: 9)))
                    }
                ),
            ]
            for (fields, call) in calls {
                let error = try await expectFailure(.invalidArgument) { try await call() }
                #expect(try error.violatedFields == fields)
            }
        }
    }
}

extension Services {
    func subscription(of code: String) async throws -> Subscription {
        try #require(
            try await subscriptions.getSubscription(.init(tenantCode: code)).subscription)
    }
}
