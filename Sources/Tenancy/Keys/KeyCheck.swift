/// What is to be known before a key is let through.
package struct KeyCheck: Sendable, Hashable {
    package static let textBytesMax = 256
    package static let costMax: UInt64 = 1_000_000
    /// How many keys may be verified at once.
    package static let batchMax = 100

    /// What the key must be allowed; nil for nothing in particular.
    package let permission: Permission?
    /// Where the key was presented from; nil when that is not known.
    package let address: IPAddress?
    /// What to take from the hourly rate.
    package let cost: Int64
    /// Whether the key of a tenant that is not active is let through, because what that means for
    /// the call is decided later.
    package let isTenantDecidedLater: Bool

    package init(
        permission: Permission? = nil, address: IPAddress? = nil, cost: Int64 = 1,
        isTenantDecidedLater: Bool = false
    ) {
        self.permission = permission
        self.address = address
        self.cost = cost
        self.isTenantDecidedLater = isTenantDecidedLater
    }

    /// - Parameter permission: empty for none, as is the address.
    /// - Parameter cost: 0 for one.
    package init(
        permission: String, address: String, cost: UInt64, violations: inout FieldViolations
    ) {
        self.permission = Permission(rawValue: permission)
        self.address = IPAddress(address)
        self.cost = cost == 0 ? 1 : Int64(clamping: cost)
        isTenantDecidedLater = false
        violations.require(
            permission.isEmpty || self.permission != nil, "permission",
            "must be one of the catalog")
        violations.require(
            address.isEmpty || self.address != nil, "source_address",
            "must be an IPv4 or IPv6 address")
        violations.require(cost <= Self.costMax, "cost", "must be at most \(Self.costMax)")
    }

    /// What refuses a key that is known, apart from its rate. The order is from what is the key's
    /// own to what is this call's.
    package func refusal(of known: KnownKey, at now: Timestamp) -> KeyRefusal? {
        let key = known.key
        switch key.status(at: now) {
        case .revoked: return .revoked
        case .superseded: return .superseded
        case .expired: return .expired
        case .active: break
        }
        if known.tenantStatus != .active, !isTenantDecidedLater { return .tenantNotActive }
        if !key.addresses.isEmpty {
            guard let address, key.addresses.contains(where: { $0.contains(address) }) else {
                return .addressNotAllowed
            }
        }
        if let permission, !key.scopes.permissions.contains(permission) {
            return .permissionMissing
        }
        return nil
    }
}

/// A key with what has to be known of its tenant.
package struct KnownKey: Sendable, Hashable {
    package let key: APIKey
    package let tenant: TenantID
    package let tenantCode: TenantCode
    package let tenantStatus: TenantStatus
    /// What its calls are counted in, with those of the whole family.
    package let hour: QuotaAccount

    package init(
        key: APIKey, tenant: TenantID, tenantCode: TenantCode, tenantStatus: TenantStatus
    ) {
        self.key = key
        self.tenant = tenant
        self.tenantCode = tenantCode
        self.tenantStatus = tenantStatus
        hour = QuotaAccount(tenant: tenant, meter: .keyCalls, subject: String(key.familyID))
    }
}

extension KnownKey {
    /// Who calls with it.
    package var principal: Principal {
        .apiKey(
            tenant, keyID: key.id, permissions: key.scopes.permissions, terms: KeyTerms(key))
    }
}

/// Why a key is not let through.
package enum KeyRefusal: Sendable, Hashable {
    /// Unknown, malformed, of another tenant or no longer kept, which are not told apart.
    case unknown
    case revoked, expired, superseded, addressNotAllowed, permissionMissing, rateLimited,
        tenantNotActive
}

/// Where a key stands in its hour.
package struct KeyRate: Sendable, Hashable {
    package let isAdmitted: Bool
    package let used: Int64
    package let limit: Int64
    package let now: Timestamp
    package let resetsAt: Timestamp

    package init(
        isAdmitted: Bool, used: Int64, limit: Int64, now: Timestamp, resetsAt: Timestamp
    ) {
        self.isAdmitted = isAdmitted
        self.used = used
        self.limit = limit
        self.now = now
        self.resetsAt = resetsAt
    }

    /// From a standing in memory.
    ///
    /// - Parameter time: The time of the monotonic clock that `now` is.
    package init(
        _ standing: LedgerStanding, isAdmitted: Bool, at now: Timestamp, _ time: UInt64
    ) {
        let left = standing.endsAt > time ? (standing.endsAt - time) / 1_000 : 0
        // Known to within a round trip, and less than the clocks are apart; it is a full hour.
        let hour: Int64 = 3_600_000_000
        let end = now.microseconds &+ Int64(clamping: min(left, UInt64(2 * hour)))
        self.init(
            isAdmitted: isAdmitted, used: standing.current + standing.reserved,
            limit: standing.max, now: now,
            resetsAt: Timestamp(microseconds: (end + hour / 2) / hour * hour))
    }

    /// What is said of a key that has used up its hour.
    package var excess: DomainError {
        DomainError(
            .tooMany(.apiKeyCalls), message: "the key has used up its hour",
            metadata: [
                "level": "key", "max": String(limit), "remaining": String(remaining),
                "retry_after_seconds": String(secondsToReset),
            ])
    }

    package var remaining: Int64 { max(0, limit - used) }

    /// Whole seconds until the hour starts anew, at least one.
    package var secondsToReset: Int64 {
        max(1, (resetsAt.microseconds - now.microseconds + 999_999) / 1_000_000)
    }
}
