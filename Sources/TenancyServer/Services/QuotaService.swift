internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.QuotaService` on the domain.
struct QuotaService: QuotaServiceHandler {
    let access: TenantAccess
    let store: TenancyStore
    let keeper: QuotaKeeper
    let watches: WatchServer

    func getQuotas(
        _ request: GetQuotasRequest, context: ServerContext
    ) async throws -> GetQuotasResponse {
        let caller = try await access.caller(context, .getQuotas)
        let selector = try TenantSelector(code: request.tenantCode, id: request.tenantId)
        let tenant = try await access.tenant(selector, caller, .getQuotas)
        return GetQuotasResponse(
            success: true, quotas: Quotas(try await keeper.levels(of: tenant.id).levels))
    }

    func checkQuota(
        _ request: TenancyAPI.CheckQuotaRequest, context: ServerContext
    ) async throws -> CheckQuotaResponse {
        let caller = try await access.caller(context, .checkQuota)
        let question = try Tenancy.CheckQuotaRequest(request)
        let tenant = try await access.tenant(question.tenant, caller, .checkQuota)
        guard tenant.standing.status == .active else { throw DomainError.tenantNotActive }
        let user = try await counted(question.user, of: tenant, caller.principal)
        try await require(request.minLimitVersion, of: tenant.id, question.resource)
        if question.durability == .leased,
            let standing = await keeper.check(
                tenant.id, question.resource, Int64(clamping: question.amount), of: user)
        {
            return CheckQuotaResponse(
                QuotaAnswer(
                    standing, of: question.resource, durability: .leased,
                    decidedAt: WallClock.now()))
        }
        let levels = try await keeper.levels(of: tenant.id)
        let share = try await keeper.share(of: user, tenant.id, question.resource)
        return CheckQuotaResponse(
            try levels.level(of: question.resource).answer(
                question.amount, and: share, at: levels.readAt))
    }

    func consume(
        _ request: TenancyAPI.ConsumeRequest, context: ServerContext
    ) async throws -> ConsumeResponse {
        let caller = try await access.caller(context, .consume, isPaidLater: true)
        let taking: Tenancy.ConsumeRequest
        let tenant: AdmittedTenant
        let user: UserID?
        do {
            taking = try Tenancy.ConsumeRequest(
                request,
                requestHash: request.idempotencyKey.isEmpty
                    ? []
                    : try RequestHash.of(
                        request, by: caller.principal, keyPath: \.idempotencyKey))
            tenant = try await access.tenant(
                taking.tenant, caller, .consume, statusIsDecidedLater: true)
            // A kept answer is decided before any limit, and before the tenant's status.
            guard taking.isOneTransaction || tenant.standing.status == .active else {
                throw DomainError.tenantNotActive
            }
            user = try await counted(taking.user, of: tenant, caller.principal)
            // Versions only grow: what a kept answer was made with is there still.
            try await require(request.minLimitVersion, of: tenant.id, taking.resource)
        } catch {
            // A key pays for what is refused as for any other call.
            try await access.pay(caller)
            throw error
        }
        if taking.isOneTransaction {
            try await access.pay(caller)
            return ConsumeResponse(
                try await store.consume(
                    taking.consumption(
                        of: tenant.id, user: user, context: caller.auditContext,
                        key: CallingKey(caller.principal))))
        }
        let answer = try await keeper.consume(
            tenant.id, taking.resource, taking.amount.units, taking.durability, of: user,
            with: caller.owes)
        try await access.confirm(caller)
        if let key = caller.owes { access.keys.noteUse(of: key, at: answer.decidedAt) }
        return ConsumeResponse(answer)
    }

    private func require(
        _ version: Int64, of tenant: TenantID, _ resource: Tenancy.Resource
    ) async throws(DomainError) {
        guard version > 0 else { return }
        try await keeper.require(version: version, of: tenant, resource)
    }

    // MARK: - Answered at once

    /// Registers the calls that memory can answer without leaving the loop.
    func registerAtOnce(on router: inout Router) {
        router.fast(QuotaServiceMethods.consume) { request, context in
            consumeAtOnce(request, context)
        }
        router.fast(QuotaServiceMethods.checkQuota) { request, context in
            checkAtOnce(request, context)
        }
    }

    /// Nil for whatever is not plainly admitted: the other way finds out why.
    private func consumeAtOnce(
        _ request: TenancyAPI.ConsumeRequest, _ context: borrowing ServerContext
    ) -> ConsumeResponse? {
        guard request.idempotencyKey.isEmpty, !request.validateOnly,
            request.minLimitVersion == 0, let amount = QuotaAmount(request.amount),
            let resource = Tenancy.Resource(request.resource),
            case .leased? = Tenancy.Durability(request.durability, for: resource)
        else { return nil }
        let now = WallClock.now()
        let standing: LedgerStanding?
        if request.userId.isEmpty,
            let tenant = access.anyTenantAtOnce(
                code: request.tenantCode, id: request.tenantId, context, .consume)
        {
            standing = keeper.takeAtOnce(tenant, resource, amount.units, at: context.receivedAt)
        } else {
            standing = consumeAtOnce(request, resource, amount, context, at: now)
        }
        return standing.map {
            ConsumeResponse(QuotaAnswer($0, of: resource, durability: .leased, decidedAt: now))
        }
    }

    /// The same for those of a tenant, who take out of their shares and the hours of their keys.
    @inline(never)
    private func consumeAtOnce(
        _ request: TenancyAPI.ConsumeRequest, _ resource: Tenancy.Resource, _ amount: QuotaAmount,
        _ context: borrowing ServerContext, at now: Timestamp
    ) -> LedgerStanding? {
        guard
            let call = access.tenantAtOnce(
                code: request.tenantCode, id: request.tenantId, context, .consume, at: now),
            let counted = countedAtOnce(request.userId, call, at: context.receivedAt),
            let standing = keeper.takeAtOnce(
                call.tenant, resource, amount.units, of: counted.user, with: call.owes,
                at: context.receivedAt)
        else { return nil }
        if let key = call.owes { access.keys.noteUse(of: key, at: now) }
        return standing
    }

    private func checkAtOnce(
        _ request: TenancyAPI.CheckQuotaRequest, _ context: borrowing ServerContext
    ) -> CheckQuotaResponse? {
        guard request.minLimitVersion == 0, request.amount <= QuotaAmount.unitsMax,
            let resource = Tenancy.Resource(request.resource),
            case .leased? = Tenancy.Durability(request.durability, for: resource)
        else { return nil }
        let now = WallClock.now()
        let standing: LedgerStanding?
        if request.userId.isEmpty,
            let tenant = access.anyTenantAtOnce(
                code: request.tenantCode, id: request.tenantId, context, .checkQuota)
        {
            standing = keeper.checkAtOnce(
                tenant, resource, Int64(request.amount), at: context.receivedAt)
        } else {
            standing = checkAtOnce(request, resource, context, at: now)
        }
        return standing.map {
            CheckQuotaResponse(QuotaAnswer($0, of: resource, durability: .leased, decidedAt: now))
        }
    }

    @inline(never)
    private func checkAtOnce(
        _ request: TenancyAPI.CheckQuotaRequest, _ resource: Tenancy.Resource,
        _ context: borrowing ServerContext, at now: Timestamp
    ) -> LedgerStanding? {
        guard
            let call = access.tenantAtOnce(
                code: request.tenantCode, id: request.tenantId, context, .checkQuota, at: now),
            let counted = countedAtOnce(request.userId, call, at: context.receivedAt),
            let standing = keeper.checkAtOnce(
                call.tenant, resource, Int64(request.amount), of: counted.user,
                at: context.receivedAt)
        else { return nil }
        if let key = call.owes {
            guard keeper.takeCallsAtOnce(of: key, 1, at: now) != nil else { return nil }
            access.keys.noteUse(of: key, at: now)
        }
        return standing
    }
}
