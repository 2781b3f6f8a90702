internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.SubscriptionService` on the domain.
struct SubscriptionService: SubscriptionServiceHandler {
    let access: TenantAccess
    let store: TenancyStore

    func getSubscription(
        _ request: GetSubscriptionRequest, context: ServerContext
    ) async throws -> GetSubscriptionResponse {
        let caller = try await access.caller(context, .getSubscription)
        let selector = try TenantSelector(code: request.tenantCode, id: request.tenantId)
        let tenant = try await access.tenant(selector, caller, .getSubscription)
        let subscription = try await store.subscription(
            of: tenant.id, context: caller.auditContext)
        return GetSubscriptionResponse(
            success: true, subscription: TenancyAPI.Subscription(subscription))
    }

    func listPlans(
        _ request: ListPlansRequest, context: ServerContext
    ) async throws -> ListPlansResponse {
        _ = try await access.platform(context, .listPlans)
        return ListPlansResponse(
            success: true, plans: try await store.plans().map { TenancyAPI.PlanDefinition($0) })
    }

    func changeSubscription(
        _ request: ChangeSubscriptionRequest, context: ServerContext
    ) async throws -> ChangeSubscriptionResponse {
        let principal = context.caller.principal
        return try await access.change(.changeSubscription, request, context) {
            request, violations in
            let wanted = SubscriptionMessages.change(request, &violations)
            let version = ExpectedVersion(request.expectedVersion, violations: &violations)
            return wanted.flatMap { wanted in version.map { (wanted, $0) } }
        } _: { change, _, input in
            let (wanted, version) = input
            try Self.check(wanted, by: principal)
            let situation = try await change.situation(expecting: version)
            let decision = try PlanChange.decide(wanted, in: situation)
            return ChangeSubscriptionResponse(
                success: true,
                subscription: TenancyAPI.Subscription(try await change.apply(decision)),
                effect: .init(decision.effect), proration: .init(decision.effect))
        }
    }

    func previewPlanChange(
        _ request: PreviewPlanChangeRequest, context: ServerContext
    ) async throws -> PreviewPlanChangeResponse {
        let caller = try await access.caller(context, .previewPlanChange)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let wanted = SubscriptionMessages.change(request, &violations)
        try violations.check()
        guard let selector, let wanted else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        let tenant = try await access.tenant(selector, caller, .previewPlanChange)
        try Self.check(wanted, by: caller.principal)
        let situation = try await store.situation(of: tenant.id, context: caller.auditContext)
        let decision = try PlanChange.decide(wanted, in: situation)
        return PreviewPlanChangeResponse(
            success: true, subscription: TenancyAPI.Subscription(decision.subscription),
            effect: .init(decision.effect), proration: .init(decision.effect),
            conflicts: decision.conflicts.map { TenancyAPI.PlanConflict($0) })
    }

    func cancelSubscription(
        _ request: CancelSubscriptionRequest, context: ServerContext
    ) async throws -> CancelSubscriptionResponse {
        try await access.change(.cancelSubscription, request, context) { request, violations in
            let cancellation = Cancellation(
                immediately: request.immediately, reason: request.reason, violations: &violations)
            let version = ExpectedVersion(request.expectedVersion, violations: &violations)
            return cancellation.flatMap { cancellation in version.map { (cancellation, $0) } }
        } _: { change, _, input in
            let (cancellation, version) = input
            let situation = try await change.situation(expecting: version)
            try cancellation.check(situation.subscription)
            return CancelSubscriptionResponse(
                success: true,
                subscription: TenancyAPI.Subscription(try await change.cancel(cancellation)))
        }
    }

    /// Terms that are negotiated are what the platform says they are.
    ///
    /// - Throws: `permissionDenied`.
    private static func check(
        _ wanted: PlanChangeRequest, by principal: Principal
    ) throws(DomainError) {
        guard wanted.plan == .custom else { return }
        if case .platformAdministrator = principal { return }
        throw DomainError(
            .permissionDenied, message: "only platform administrators give the plan custom")
    }
}

extension ChangeSubscriptionRequest: ChangeRequest {}
extension CancelSubscriptionRequest: ChangeRequest {}
