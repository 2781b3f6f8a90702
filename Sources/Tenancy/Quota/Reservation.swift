/// An amount that is set aside for work under way.
package struct Reservation: Sendable, Hashable {
    /// The raw values are the database's.
    package enum Status: String, Sendable, Hashable {
        case held, committed, released, expired
    }

    package let id: Int64
    package let resource: Resource
    package let amount: UInt64
    package let committedAmount: UInt64
    package let status: Status
    /// Whether more than was reserved may be committed, if it is left.
    package let takesExcess: Bool
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    package init(
        id: Int64, resource: Resource, amount: UInt64, committedAmount: UInt64, status: Status,
        takesExcess: Bool, createdAt: Timestamp, expiresAt: Timestamp
    ) {
        self.id = id
        self.resource = resource
        self.amount = amount
        self.committedAmount = committedAmount
        self.status = status
        self.takesExcess = takesExcess
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// How long units are set aside, in seconds.
package enum QuotaTimeToLive {
    package static let reservationSeconds = Int64(60)
    package static let reservationSecondsMax = Int64(86_400)
    package static let leaseSeconds = Int64(10)
    package static let leaseSecondsMax = Int64(600)

    /// Reads a request's field, of which nil means the usual time.
    package static func seconds(
        _ seconds: Int64?, usual: Int64, max: Int64, violations: inout FieldViolations
    ) -> Int64 {
        guard let seconds else { return usual }
        violations.require(
            1...max ~= seconds, "time_to_live", "must be 1 to \(max) seconds")
        return seconds
    }
}
