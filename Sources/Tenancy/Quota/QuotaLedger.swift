/// Who answers for the units of every tenant. The database does so at first hand; a ledger that
/// holds leases in memory takes its place without its callers knowing.
package protocol QuotaLedger: Sendable {
    /// Whether an amount is left. Takes nothing.
    ///
    /// - Throws: `notFound`, `failedPrecondition` for a tenant that may not work, `unavailable`.
    func check(
        _ tenant: TenantID, resource: Resource, amount: UInt64
    ) async throws(DomainError) -> QuotaAnswer

    /// Takes an amount if all of it is left. The answer comes after the commit.
    ///
    /// - Throws: `quotaExceeded`, `idempotencyKeyReused`, `notFound`, `failedPrecondition`,
    ///   `unavailable`. Nothing was taken then, except that after `unavailable` it is not known;
    ///   the idempotency key makes the retry safe.
    func consume(_ consumption: Consumption) async throws(DomainError) -> QuotaAnswer
}
