/// The answer to a question about quota, or to a taking.
package struct QuotaAnswer: Sendable, Hashable {
    package let allowed: Bool
    /// The standing that the answer rests on; of a taking, the standing after it.
    package let status: QuotaStatus
    package let decidedAt: Timestamp
    /// The answer was given before, under the same idempotency key.
    package var isReplay = false
    /// How the answer is backed.
    package var durability = Durability.committed
    /// The version of the limit.
    package var limitVersion: Int64 = 0
    /// The database could not be asked.
    package var isDegraded = false
    /// Usage has reached a level from which callers are warned.
    package var isWarning = false
    /// The member whose share refuses, of an answer that refuses; nil when the tenant's limit does.
    package var refusingUser: UserID?
    /// When time frees units, of an answer that refuses; nil when it does not.
    package var retryAfterSeconds: Int64?

    package init(allowed: Bool, status: QuotaStatus, decidedAt: Timestamp) {
        self.allowed = allowed
        self.status = status
        self.decidedAt = decidedAt
    }

    /// From a standing in memory.
    package init(
        _ standing: LedgerStanding, of resource: Resource, durability: Durability,
        decidedAt: Timestamp
    ) {
        self.init(
            allowed: true, status: QuotaStatus(standing, of: resource), decidedAt: decidedAt)
        self.durability = durability
        limitVersion = standing.version
        isDegraded = standing.isDegraded
        isWarning = standing.isWarning
    }
}

extension QuotaStatus {
    package init(_ standing: LedgerStanding, of resource: Resource) {
        self.init(
            resource: resource, current: UInt64(clamping: standing.current),
            reserved: UInt64(clamping: standing.reserved), max: UInt64(clamping: standing.max))
    }
}
