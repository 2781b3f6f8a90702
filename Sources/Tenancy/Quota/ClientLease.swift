/// A block of units that a client holds. All amounts are totals since it began.
package struct ClientLease: Sendable, Hashable {
    package let id: Int64
    package let tenant: TenantID
    package let resource: Resource
    package let granted: UInt64
    package let spent: UInt64
    package let returned: UInt64
    package let timeToLiveSeconds: Int64
    package let sequence: UInt64
    package let isRecalled: Bool
    package let limitVersion: Int64

    package init(
        id: Int64, tenant: TenantID, resource: Resource, granted: UInt64, spent: UInt64,
        returned: UInt64, timeToLiveSeconds: Int64, sequence: UInt64, isRecalled: Bool,
        limitVersion: Int64
    ) {
        self.id = id
        self.tenant = tenant
        self.resource = resource
        self.granted = granted
        self.spent = spent
        self.returned = returned
        self.timeToLiveSeconds = timeToLiveSeconds
        self.sequence = sequence
        self.isRecalled = isRecalled
        self.limitVersion = limitVersion
    }

    /// Units in the client's hand, by its last report.
    package var inHand: UInt64 { granted - spent - returned }
}

/// What a client tells of its lease.
package struct ClientLeaseReport: Sendable, Hashable {
    package static let idRule = "must be one that AcquireLease has answered"

    package let lease: Int64
    package let sequence: Int64
    package let consumed: Int64
    /// Units wanted in hand; nil ends the lease.
    package let wanted: Int64?

    package init?(
        lease: String, sequence: UInt64, consumed: UInt64, wanted: UInt64?,
        violations: inout FieldViolations
    ) {
        let id = Int64(lease)
        violations.require((id ?? 0) > 0, "lease_id", Self.idRule)
        violations.require(
            1...QuotaAmount.unitsMax ~= sequence, "sequence", QuotaAmount.rule)
        let rule = "must be at most 9223372036854775807"
        violations.require(consumed <= QuotaAmount.unitsMax, "consumed", rule)
        violations.require((wanted ?? 0) <= QuotaAmount.unitsMax, "wanted", rule)
        guard let id, violations.all.isEmpty else { return nil }
        self.lease = id
        self.sequence = Int64(sequence)
        self.consumed = Int64(consumed)
        self.wanted = wanted.map { Int64($0) }
    }
}
