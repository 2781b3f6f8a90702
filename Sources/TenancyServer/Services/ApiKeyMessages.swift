internal import Tenancy
internal import TenancyAPI

/// API keys between the domain and the wire.
extension APIKeyStatus {
    /// A filter; unspecified is none. A status that this version does not know is a violation: it
    /// would match nothing, or everything, and neither is what was asked.
    static func filter(
        _ status: ApiKeyStatus, violations: inout FieldViolations
    ) -> APIKeyStatus? {
        switch status {
        case .unspecified: return nil
        case .active: return .active
        case .revoked: return .revoked
        case .expired: return .expired
        case .superseded: return .superseded
        default:
            violations.add("status", "must be active, revoked, expired or superseded")
            return nil
        }
    }
}

extension ApiKeyStatus {
    init(_ status: APIKeyStatus) {
        switch status {
        case .active: self = .active
        case .revoked: self = .revoked
        case .expired: self = .expired
        case .superseded: self = .superseded
        }
    }
}

extension ApiKeyRefusal {
    init(_ refusal: KeyRefusal) {
        switch refusal {
        case .unknown: self = .unknown
        case .revoked: self = .revoked
        case .expired: self = .expired
        case .superseded: self = .superseded
        case .addressNotAllowed: self = .addressNotAllowed
        case .permissionMissing: self = .permissionMissing
        case .rateLimited: self = .rateLimited
        case .tenantNotActive: self = .tenantNotActive
        }
    }
}

extension ApiKey {
    init(_ key: APIKey) {
        self.init(
            keyId: key.id, keyName: key.name, keyPrefix: key.prefix,
            permissions: key.scopes.names, rateLimit: UInt64(clamping: key.rateLimit),
            allowedIps: key.addresses.map(\.text), status: ApiKeyStatus(key.status),
            expiresAt: key.expiresAt.map { .init($0) },
            lastUsedAt: key.lastUsedAt.map { .init($0) }, createdBy: key.createdBy,
            createdAt: .init(key.createdAt), revokedAt: key.revokedAt.map { .init($0) },
            familyId: key.familyID, supersededBy: key.successor?.id ?? 0,
            supersededAt: key.successor.map { .init($0.takesOverAt) })
    }
}

extension VerifyApiKeyResponse {
    init(_ verdict: KeyVerifier.Verdict) {
        self.init()
        valid = verdict.refusal == nil
        refusal = verdict.refusal.map { ApiKeyRefusal($0) } ?? .unspecified
        if let known = verdict.known {
            tenantId = known.tenant.rawValue
            tenantCode = known.tenantCode.text
            keyId = known.key.id
            keyName = known.key.name
            principal = known.principal.auditName
            supersededBy = known.key.successor?.id ?? 0
            permissions = known.key.scopes.names
            rateLimit = UInt64(clamping: known.key.rateLimit)
        }
        if let rate = verdict.rate {
            rateLimit = UInt64(clamping: rate.limit)
            rateRemaining = UInt64(clamping: rate.remaining)
            rateResetsAt = .init(rate.resetsAt)
            retryAfterSeconds = rate.isAdmitted ? 0 : rate.secondsToReset
        }
    }
}
