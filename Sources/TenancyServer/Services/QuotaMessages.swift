internal import Tenancy
internal import TenancyAPI

/// Quota between the domain and the wire.
extension Tenancy.Resource {
    /// Nil for a resource that was not given or that this version does not know.
    init?(_ resource: TenancyAPI.Resource) {
        switch resource {
        case .users: self = .users
        case .apiCalls: self = .apiCalls
        case .storage: self = .storage
        case .transactions: self = .transactions
        default: return nil
        }
    }
}

extension Tenancy.Durability {
    /// What the caller asked for, or the default of the resource; nil for what is not known.
    init?(_ durability: TenancyAPI.Durability, for resource: Tenancy.Resource) {
        switch durability {
        case .unspecified: self = resource == .apiCalls ? .leased : .committed
        case .leased: self = .leased
        case .committed: self = .committed
        default: return nil
        }
    }
}

extension TenancyAPI.Durability {
    init(_ durability: Tenancy.Durability) {
        self = durability == .leased ? .leased : .committed
    }
}

extension Tenancy.CheckQuotaRequest {
    init(_ request: TenancyAPI.CheckQuotaRequest) throws(DomainError) {
        let resource = Tenancy.Resource(request.resource)
        try self.init(
            tenantCode: request.tenantCode, tenantID: request.tenantId, resource: resource,
            amount: request.amount,
            durability: resource.flatMap { Tenancy.Durability(request.durability, for: $0) },
            userID: request.userId)
    }
}

extension Tenancy.ConsumeRequest {
    init(
        _ request: TenancyAPI.ConsumeRequest, requestHash: [UInt8]
    ) throws(DomainError) {
        let resource = Tenancy.Resource(request.resource)
        try self.init(
            tenantCode: request.tenantCode, tenantID: request.tenantId, resource: resource,
            amount: request.amount,
            durability: resource.flatMap { Tenancy.Durability(request.durability, for: $0) },
            userID: request.userId, idempotencyKey: request.idempotencyKey,
            requestHash: requestHash,
            validateOnly: request.validateOnly)
    }
}

extension Quotas {
    init(_ levels: [QuotaLevel]) {
        self.init()
        for level in levels {
            switch level.status.resource {
            case .users: users = TenancyAPI.QuotaStatus(level)
            case .apiCalls: apiCalls = TenancyAPI.QuotaStatus(level)
            case .storage: storage = StorageQuotaStatus(level)
            case .transactions: transactions = TenancyAPI.QuotaStatus(level)
            }
        }
    }
}

extension TenancyAPI.QuotaStatus {
    fileprivate init(_ level: QuotaLevel) {
        let status = level.status
        self.init(
            available: level.allows(0), current: status.current, max: status.max,
            percentage: status.percentage, reserved: status.reserved,
            overage: status.current > status.max ? status.current - status.max : 0,
            limitVersion: level.version)
    }
}

extension StorageQuotaStatus {
    fileprivate init(_ level: QuotaLevel) {
        let status = level.status
        self.init(
            available: level.allows(0), current: status.currentShown, max: status.maxShown,
            percentage: status.percentage, currentBytes: status.current, maxBytes: status.max,
            reserved: status.reserved,
            overage: status.current > status.max ? status.current - status.max : 0,
            limitVersion: level.version)
    }
}

extension CheckQuotaResponse {
    // Field by field: an initializer of another module takes and hands over the whole message.
    init(_ answer: QuotaAnswer) {
        self.init()
        allowed = answer.allowed
        current = answer.status.current
        max = answer.status.max
        percentage = answer.status.percentage
        remaining = answer.status.remaining
        decidedAt = .init(microsecondsSince1970: answer.decidedAt.microseconds)
        degraded = answer.isDegraded
        limitVersion = answer.limitVersion
        warning = answer.isWarning
        guard !answer.allowed else { return }
        refusedBy =
            answer.refusingUser.map { "user:\($0.text)" }
            ?? "resource:\(answer.status.resource.rawValue)"
        retryAfter = answer.retryAfterSeconds.map { Google_Protobuf_Duration(seconds: $0) }
    }
}

extension ConsumeResponse {
    init(_ answer: QuotaAnswer) {
        self.init()
        allowed = answer.allowed
        current = answer.status.current
        max = answer.status.max
        percentage = answer.status.percentage
        remaining = answer.status.remaining
        decidedAt = .init(microsecondsSince1970: answer.decidedAt.microseconds)
        degraded = answer.isDegraded
        limitVersion = answer.limitVersion
        durability = TenancyAPI.Durability(answer.durability)
        warning = answer.isWarning
    }
}
