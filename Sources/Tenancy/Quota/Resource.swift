/// What a subscription limits. The raw values are the database's.
package enum Resource: String, Sendable, Hashable, CaseIterable {
    /// Users of the tenant.
    case users
    /// API calls in a calendar month of the tenant's time zone.
    case apiCalls = "api_calls"
    /// Stored data, in bytes.
    case storage
    /// Financial transactions in a calendar month of the tenant's time zone.
    case transactions

    /// Whether a member may be given a share of it. A user is no unit that a user takes.
    package var hasShares: Bool { self != .users }

    /// Bytes in the gigabyte that storage is shown in.
    package static let bytesPerGigabyte: UInt64 = 1_000_000_000
}
