/// How often a subscription is paid for. The raw values are the database's.
package enum BillingCycle: String, Sendable, Hashable, CaseIterable {
    case monthly, yearly

    /// How many calendar months one payment is for.
    package var months: Int64 {
        switch self {
        case .monthly: return 1
        case .yearly: return 12
        }
    }
}
