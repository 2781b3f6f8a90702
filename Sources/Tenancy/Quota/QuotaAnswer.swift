/// The answer to a question about quota, or to a taking.
package struct QuotaAnswer: Sendable, Hashable {
    package let allowed: Bool
    /// The standing that the answer rests on; of a taking, the standing after it.
    package let status: QuotaStatus
    package let decidedAt: Timestamp
    /// The answer was given before, under the same idempotency key.
    package let isReplay: Bool

    package init(
        allowed: Bool, status: QuotaStatus, decidedAt: Timestamp, isReplay: Bool = false
    ) {
        self.allowed = allowed
        self.status = status
        self.decidedAt = decidedAt
        self.isReplay = isReplay
    }
}
