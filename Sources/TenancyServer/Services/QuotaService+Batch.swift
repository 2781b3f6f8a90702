internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// Several amounts of one tenant in one call.
extension QuotaService {
    /// How many amounts a batch has at most.
    static let batchItemsMax = 256

    func batchCheck(
        _ request: BatchCheckRequest, context: ServerContext
    ) async throws -> BatchCheckResponse {
        let caller = try await access.caller(context, .batchCheck)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let items = BatchItem.read(request.items, isQuestion: true, &violations)
        let named = UserID(orNone: request.userId, violations: &violations)
        let (tenantName, checked) = try violations.checked(selector, items)
        let tenant = try await access.tenant(tenantName, caller, .batchCheck)
        guard tenant.standing.status == .active else { throw DomainError.tenantNotActive }
        let user = try await counted(named, of: tenant, caller.principal)
        let levels = try await keeper.levels(of: tenant.id)
        var shares: [Tenancy.Resource: Tenancy.UserQuota] = [:]
        for resource in Set(checked.map(\.resource)) {
            shares[resource] = try await keeper.share(of: user, tenant.id, resource)
        }
        return BatchCheckResponse(
            success: true,
            answers: try checked.map { item in
                let level = try levels.level(of: item.resource)
                guard level.version >= request.minLimitVersion else {
                    throw DomainError.limitVersionAhead(of: level.version)
                }
                return CheckQuotaResponse(
                    level.answer(item.amount, and: shares[item.resource], at: levels.readAt))
            })
    }

    func batchConsume(
        _ request: BatchConsumeRequest, context: ServerContext
    ) async throws -> BatchConsumeResponse {
        guard request.idempotencyKey.isEmpty, !request.validateOnly else {
            return try await batchConsumeKept(request, context)
        }
        let caller = try await access.caller(context, .batchConsume)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let items = BatchItem.read(request, &violations)
        let named = UserID(orNone: request.userId, violations: &violations)
        let (tenantName, checked) = try violations.checked(selector, items)
        let tenant = try await access.tenant(tenantName, caller, .batchConsume)
        guard tenant.standing.status == .active else { throw DomainError.tenantNotActive }
        let user = try await counted(named, of: tenant, caller.principal)
        for resource in Set(checked.map(\.resource)) where request.minLimitVersion > 0 {
            try await keeper.require(
                version: request.minLimitVersion, of: tenant.id, resource)
        }
        if request.allOrNone {
            let answer = try await takeAll(checked, tenant.id, of: user)
            try await access.confirm(caller)
            return answer
        }
        var results: [BatchConsumeResult] = []
        for item in checked {
            results.append(
                try await Self.result { () async throws(DomainError) in
                    try await keeper.consume(
                        tenant.id, item.resource, Int64(item.amount), item.durability,
                        of: user)
                })
        }
        try await access.confirm(caller)
        return BatchConsumeResponse(results)
    }

    /// All of them in one decision: amounts of one resource count together.
    private func takeAll(
        _ items: [BatchItem], _ tenant: TenantID, of user: UserID?
    ) async throws -> BatchConsumeResponse {
        var sums: [(resource: Tenancy.Resource, units: Int64)] = []
        for item in items {
            guard let place = sums.firstIndex(where: { $0.resource == item.resource }) else {
                sums.append((item.resource, Int64(item.amount)))
                continue
            }
            let (sum, overflow) = sums[place].units.addingReportingOverflow(Int64(item.amount))
            sums[place].units = overflow ? .max : sum
        }
        let durability: Tenancy.Durability =
            items.contains { $0.durability == .committed } ? .committed : .leased
        let answers = try await keeper.consume(tenant, sums, durability, of: user)
        return BatchConsumeResponse(
            items.map { item in
                let place = sums.firstIndex { $0.resource == item.resource } ?? 0
                return BatchConsumeResult(
                    status: Google_Rpc_Status(), answer: ConsumeResponse(answers[place]))
            })
    }

    /// Under a key, or only to see: in one transaction, whose answer is kept or undone as a whole.
    private func batchConsumeKept(
        _ request: BatchConsumeRequest, _ context: ServerContext
    ) async throws -> BatchConsumeResponse {
        let principal = context.caller.principal
        return try await access.change(.batchConsume, request, context) { request, violations in
            let named = UserID(orNone: request.userId, violations: &violations)
            return BatchItem.read(request, &violations).map { (items: $0, named: named) }
        } _: { change, tenant, input in
            let (items, named) = input
            let user = try await Self.counted(named, of: tenant, principal, change)
            try await change.require(limitVersion: request.minLimitVersion)
            var results: [BatchConsumeResult] = []
            for item in items {
                guard let amount = QuotaAmount(item.amount) else { continue }
                if request.allOrNone {
                    let answer = try await change.consume(item.resource, amount, of: user)
                    results.append(
                        BatchConsumeResult(
                            status: Google_Rpc_Status(), answer: ConsumeResponse(answer)))
                } else {
                    results.append(
                        try await Self.result(retries: change.waitsForUnits) {
                            () async throws(DomainError) in
                            try await change.consume(item.resource, amount, of: user)
                        })
                }
            }
            return BatchConsumeResponse(results)
        }
    }

    /// - Parameter retries: What fails for units that others were asked for fails as a whole, and
    ///   is tried again.
    private static func result(
        retries: Bool = false, _ body: () async throws(DomainError) -> QuotaAnswer
    ) async throws(DomainError) -> BatchConsumeResult {
        do throws(DomainError) {
            return BatchConsumeResult(
                status: Google_Rpc_Status(), answer: ConsumeResponse(try await body()))
        } catch {
            if retries, case .quotaExceeded(let excess) = error.code, excess.isRecallable {
                throw error
            }
            return BatchConsumeResult(status: ErrorMapping.message(for: error), answer: nil)
        }
    }
}

extension BatchConsumeRequest: ChangeRequest {}

extension BatchConsumeResponse {
    fileprivate init(_ results: [BatchConsumeResult]) {
        self.init(
            success: results.allSatisfy { ($0.status?.code ?? 0) == 0 }, results: results)
    }
}

/// One amount of a batch, checked.
struct BatchItem: Sendable {
    let resource: Tenancy.Resource
    let amount: UInt64
    let durability: Tenancy.Durability

    static func read(
        _ request: BatchConsumeRequest, _ violations: inout FieldViolations
    ) -> [BatchItem]? {
        violations.require(
            Tenancy.Durability(request.durability, for: .users) != nil, "durability",
            Tenancy.ConsumeRequest.durabilityRule)
        return read(
            request.items, isQuestion: false, durability: request.durability, &violations)
    }

    static func read(
        _ items: [QuotaItem], isQuestion: Bool,
        durability: TenancyAPI.Durability = .unspecified,
        _ violations: inout FieldViolations
    ) -> [BatchItem]? {
        violations.require(
            1...QuotaService.batchItemsMax ~= items.count, "items",
            "must be 1 to \(QuotaService.batchItemsMax)")
        var read: [BatchItem] = []
        for (place, item) in items.prefix(QuotaService.batchItemsMax).enumerated() {
            let resource = Tenancy.Resource(item.resource)
            violations.require(
                resource != nil, "items[\(place)].resource",
                Tenancy.ConsumeRequest.resourceRule)
            violations.require(
                item.amount <= QuotaAmount.unitsMax && (isQuestion || item.amount > 0),
                "items[\(place)].amount", QuotaAmount.rule)
            guard let resource, let durability = Tenancy.Durability(durability, for: resource)
            else { continue }
            read.append(
                BatchItem(resource: resource, amount: item.amount, durability: durability))
        }
        return read.count == items.count ? read : nil
    }
}
