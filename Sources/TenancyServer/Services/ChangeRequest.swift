internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// What every request to change a tenant has.
protocol ChangeRequest: WireMessage {
    var tenantCode: String { get }
    var tenantId: Int64 { get }
    var idempotencyKey: String { get set }
    var validateOnly: Bool { get }
}

extension TenantAccess {
    /// Makes a change of one tenant: finds out who asks, checks the request, decides whether they
    /// may, and runs `body` in one transaction with everything that `TenancyStore.change` promises.
    ///
    /// - Parameter input: Reads and checks the rest of the request; it adds every violation, and
    ///   answers nil only with one.
    /// - Parameter body: Makes the change. It may run more than once, and what it answers is kept.
    func change<Request: ChangeRequest, Input: Sendable, Response: WireMessage>(
        _ operation: Operation, _ request: Request, _ context: ServerContext,
        lock: ChangeTerms.TenantLock = .share,
        input: (Request, inout FieldViolations) -> Input?,
        _ body: @Sendable @escaping (Change, AdmittedTenant, Input) async throws -> Response
    ) async throws -> Response {
        let caller = try await caller(context, operation)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let read = input(request, &violations)
        let idempotency = IdempotencyBinding(
            key: request.idempotencyKey,
            requestHash: try RequestHash.of(request, keyPath: \.idempotencyKey),
            violations: &violations)
        try violations.check()
        guard let selector, let read else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        let tenant = try await self.tenant(selector, caller, operation, statusIsDecidedLater: true)
        let terms = ChangeTerms(
            operation: operation, tenant: tenant.id, lock: lock, idempotency: idempotency,
            validateOnly: request.validateOnly, context: caller.auditContext)
        let bytes = try await store.change(terms) { status throws(DomainError) in
            guard operation.rule.effect == .lifecycle || status == .active else {
                throw .tenantNotActive(status)
            }
        } _: { change in
            let tenant = try await confirmed(tenant, caller, operation, change)
            return try await body(change, tenant, read).wireBytes()
        }
        return try bytes.withUnsafeBytes { try Response(wire: $0) }
    }

    /// The tenant with what a user may do there at the time of the change. Their place was read
    /// before the tenant was locked; since then somebody may have demoted or removed them. Places
    /// change only under a lock that excludes this one.
    private func confirmed(
        _ tenant: AdmittedTenant, _ caller: Caller, _ operation: Operation, _ change: Change
    ) async throws(DomainError) -> AdmittedTenant {
        guard case .user(let id, _, _) = caller.principal else { return tenant }
        let target = Authority.Target.tenant(
            tenant.id, .active, membership: try await change.membership(of: id))
        switch Authority.decide(caller.principal, operation, target) {
        case .allow(let powers):
            return AdmittedTenant(standing: tenant.standing, powers: powers)
        case .deny(let denial): throw denial.error
        }
    }
}
