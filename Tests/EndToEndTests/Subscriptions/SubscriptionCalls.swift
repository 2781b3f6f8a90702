internal import TTRPC
internal import TenancyAPI

/// Every method of SubscriptionService about a tenant, and QuotaService's GetUsage.
enum SubscriptionCalls {
    static let all: [TenantCall] = reads + changes
    static let reads = [getSubscription, previewPlanChange, getUsage]
    static let changes = [changeSubscription, cancelSubscription]

    static let getSubscription = TenantCall.read("GetSubscription") { _, _ in
        { terms in
            let answer = try await terms.services.subscriptions.getSubscription(
                .init(tenantCode: terms.code), options: terms.options)
            return "\(answer)"
        }
    }

    static let previewPlanChange = TenantCall.read("PreviewPlanChange") { _, _ in
        { terms in
            let answer = try await terms.services.subscriptions.previewPlanChange(
                .init(tenantCode: terms.code, plan: .professional), options: terms.options)
            return "\(answer)"
        }
    }

    static let getUsage = TenantCall.read("GetUsage") { _, _ in
        { terms in
            let answer = try await terms.services.quotas.getUsage(
                .init(tenantCode: terms.code), options: terms.options)
            return "\(answer)"
        }
    }

    static let changeSubscription = TenantCall.change("ChangeSubscription") { _, _ in
        { terms in
            let answer = try await terms.services.subscriptions.changeSubscription(
                .init(
                    tenantCode: terms.code, plan: terms.isOther ? .enterprise : .professional,
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let cancelSubscription = TenantCall.change("CancelSubscription") { _, _ in
        { terms in
            let answer = try await terms.services.subscriptions.cancelSubscription(
                .init(
                    tenantCode: terms.code, immediately: terms.isOther, reason: "moving on",
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }
}
