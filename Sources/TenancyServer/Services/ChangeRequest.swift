internal import OpenSSL
internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// What every request to change a tenant has.
protocol ChangeRequest: WireMessage, TenantRequest {
    var idempotencyKey: String { get set }
    var validateOnly: Bool { get }
}

/// Whether a request holds a secret.
enum RequestSecrecy: Sendable {
    case none
    /// It may, depending on what is there already.
    case possible
    case certain
}

extension TenantAccess {
    /// Makes a change of one tenant: finds out who asks, checks the request, decides whether they
    /// may, and runs `body` in one transaction with everything that `TenancyStore.change` promises.
    ///
    /// - Parameter answerIsSecret: What is kept for a retry is sealed. With an idempotency key and
    ///   without a master key the change is refused.
    /// - Parameter requestSecrecy: Whether the request holds a secret. If it may, what the
    ///   idempotency key is bound to does not give it away, and `body` gets the tenant's sealer
    ///   where there is a master key.
    /// - Parameter input: Reads and checks the rest of the request; it adds every violation, and
    ///   answers nil only with one.
    /// - Parameter body: Makes the change. It may run more than once, and what it answers is kept.
    func change<Request: ChangeRequest, Input: Sendable, Response: WireMessage>(
        _ operation: Operation, _ request: Request, _ context: ServerContext,
        lock: ChangeTerms.TenantLock = .share,
        answerIsSecret: Bool = false, requestSecrecy: RequestSecrecy = .none,
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
            requestHash: try RequestHash.of(
                request, by: caller.principal, keyPath: \.idempotencyKey),
            violations: &violations)
        try violations.check()
        guard let selector, let read else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        var tenant = try await self.tenant(
            selector, caller, operation, statusIsDecidedLater: true)
        if requestSecrecy != .none || (answerIsSecret && idempotency != nil) {
            // A key is bound to a hash that must be the same for a retry, and so takes a data key
            // that stays.
            let isNeeded = requestSecrecy == .certain || idempotency != nil
            let isOpen = operation.rule.effect == .lifecycle || tenant.standing.status == .active
            tenant.sealer = try await sealer(
                of: tenant, isKept: isNeeded && isOpen && !request.validateOnly,
                isRequired: answerIsSecret, caller)
        }
        let terms = ChangeTerms(
            operation: operation, tenant: tenant.id, lock: lock,
            idempotency: requestSecrecy == .none
                ? idempotency : try tenant.sealer?.bound(idempotency) ?? idempotency,
            validateOnly: request.validateOnly, context: caller.auditContext,
            answerSeal: answerIsSecret
                ? idempotency.flatMap { tenant.sealer?.answerSeal(idempotencyKey: $0.key) } : nil)
        let admitted = tenant
        var bytes = try await store.change(terms) { status throws(DomainError) in
            guard operation.rule.effect == .lifecycle || status == .active else {
                throw .tenantNotActive(status)
            }
        } _: { change in
            let tenant = try await confirmed(admitted, caller, operation, change)
            let answer = try await body(change, tenant, read)
            if let key = CallingKey(caller.principal) { try await change.confirm(key) }
            return try answer.wireBytes()
        }
        defer { if answerIsSecret { bytes.cleanse() } }
        return try bytes.withUnsafeBytes { try Response(wire: $0) }
    }

    /// The tenant with what a user may do there at the time of the change. Their place was read
    /// before the tenant was locked; since then somebody may have demoted or removed them. Places
    /// change only under a lock that excludes this one. A key's rights never change, and that it
    /// works is confirmed behind everything that the change may have to wait for.
    private func confirmed(
        _ tenant: AdmittedTenant, _ caller: Caller, _ operation: Operation, _ change: Change
    ) async throws(DomainError) -> AdmittedTenant {
        guard case .user(let id, _, _) = caller.principal else { return tenant }
        let target = Authority.Target.tenant(
            tenant.id, .active, membership: try await change.membership(of: id))
        switch Authority.decide(caller.principal, operation, target, at: WallClock.now()) {
        case .allow(let powers):
            return AdmittedTenant(
                standing: tenant.standing, powers: powers, sealer: tenant.sealer)
        case .deny(let denial): throw denial.error
        }
    }

    /// Fetched before the transaction: within it, the connection that the data key takes could be
    /// one that waits for this transaction's end.
    private func sealer(
        of tenant: AdmittedTenant, isKept: Bool, isRequired: Bool, _ caller: Caller
    ) async throws(DomainError) -> TenantSealer? {
        do throws(DomainError) {
            return try await sealing.sealer(
                of: tenant.id, isKept: isKept, context: caller.auditContext)
        } catch {
            guard !isRequired, error.code == .failedPrecondition(.encryptionNotConfigured) else {
                throw error
            }
            return nil
        }
    }
}

extension TenantSealer {
    fileprivate func bound(
        _ idempotency: IdempotencyBinding?
    ) throws(DomainError) -> IdempotencyBinding? {
        guard let idempotency else { return nil }
        return idempotency.rebound(to: try keyedHash(idempotency.requestHash))
    }
}
