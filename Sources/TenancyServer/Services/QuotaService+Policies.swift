internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// How limits are meant, and what happens to quotas.
extension QuotaService {
    func getQuotaPolicy(
        _ request: GetQuotaPolicyRequest, context: ServerContext
    ) async throws -> GetQuotaPolicyResponse {
        let caller = try await access.caller(context, .getQuotaPolicy)
        let selector = try TenantSelector(code: request.tenantCode, id: request.tenantId)
        let tenant = try await access.tenant(selector, caller, .getQuotaPolicy)
        let policies = try await store.quotaPolicies(of: tenant.id)
        return GetQuotaPolicyResponse(
            success: true, policies: policies.map { TenancyAPI.QuotaPolicy($0) })
    }

    func setQuotaPolicy(
        _ request: SetQuotaPolicyRequest, context: ServerContext
    ) async throws -> SetQuotaPolicyResponse {
        try await access.change(.setQuotaPolicy, request, context) { request, violations in
            let version = ExpectedVersion(request.expectedVersion, violations: &violations)
            let policy = Tenancy.QuotaPolicy(request.policy, violations: &violations)
            guard let version, let policy else { return nil }
            return (policy: policy, version: version)
        } _: { (change, _, terms: (policy: Tenancy.QuotaPolicy, version: ExpectedVersion)) in
            let policy = try await change.setPolicy(terms.policy, expecting: terms.version)
            return SetQuotaPolicyResponse(
                success: true, policy: TenancyAPI.QuotaPolicy(policy))
        }
    }

    func watchQuota(
        _ requests: RequestStream<WatchQuotaRequest>,
        responses: ResponseWriter<WatchQuotaResponse>, context: ServerContext
    ) async throws {
        try await watches.serve(.watchQuota, requests, responses, context) {
            request, violations in
            let resources = request.resources.map { Tenancy.Resource($0) }
            violations.require(
                !resources.contains(nil), "resources", Tenancy.ConsumeRequest.resourceRule)
            return QuotaWatch(store: store, resources: resources.compactMap { $0 })
        }
    }
}

extension SetQuotaPolicyRequest: ChangeRequest {}

extension Tenancy.QuotaPolicy {
    fileprivate init?(
        _ policy: TenancyAPI.QuotaPolicy?, violations: inout FieldViolations
    ) {
        guard let policy, let resource = Tenancy.Resource(policy.resource) else {
            violations.add("policy.resource", Tenancy.ConsumeRequest.resourceRule)
            return nil
        }
        self.init(resource: resource)
        warnPercentages = policy.warnPercentages
        shadowLimit = policy.shadowLimit
        overageAllowed = policy.overageAllowed
        overagePricePaise = policy.overagePricePaise
        overageMax = policy.overageMax
        autoScaleStep = policy.autoScaleStep
        autoScaleCeiling = policy.autoScaleCeiling
        violations.require(
            [.unspecified, .refuse, .admitAndReconcile].contains(policy.outageBehavior),
            "policy.outage_behavior", "must be refuse or admit_and_reconcile")
        admitsWhenAway = policy.outageBehavior == .admitAndReconcile
        check(&violations)
    }
}

extension TenancyAPI.QuotaPolicy {
    fileprivate init(_ policy: Tenancy.QuotaPolicy) {
        self.init(
            resource: TenancyAPI.Resource(policy.resource),
            warnPercentages: policy.warnPercentages, shadowLimit: policy.shadowLimit,
            overageAllowed: policy.overageAllowed, overagePricePaise: policy.overagePricePaise,
            overageMax: policy.overageMax, autoScaleStep: policy.autoScaleStep,
            autoScaleCeiling: policy.autoScaleCeiling,
            outageBehavior: policy.admitsWhenAway ? .admitAndReconcile : .refuse,
            version: policy.version)
    }
}
