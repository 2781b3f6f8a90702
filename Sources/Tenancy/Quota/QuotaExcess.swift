/// The limit that refused an amount, as it stood then.
package struct QuotaExcess: Sendable, Hashable {
    package let resource: Resource
    /// The member whose share refused; nil when it was the tenant's limit.
    package let user: UserID?
    package let requested: UInt64
    package let current: UInt64
    package let max: UInt64
    package let remaining: UInt64
    /// When time frees units; nil when it does not.
    package var retryAfterSeconds: Int64?
    /// Others hold enough that may be given back: asked again after a moment, the answer may be
    /// another.
    package var isRecallable: Bool

    package init(
        status: QuotaStatus, requested: UInt64, user: UserID? = nil,
        retryAfterSeconds: Int64? = nil,
        isRecallable: Bool = false
    ) {
        resource = status.resource
        self.user = user
        self.requested = requested
        current = status.current
        max = status.max
        remaining = status.remaining
        self.retryAfterSeconds = retryAfterSeconds
        self.isRecallable = isRecallable
    }

    /// What has not enough.
    package func account(of tenant: TenantID) -> QuotaAccount {
        QuotaAccount(tenant: tenant, resource, shareOf: user)
            ?? QuotaAccount(tenant: tenant, meter: QuotaMeter(resource))
    }
}
