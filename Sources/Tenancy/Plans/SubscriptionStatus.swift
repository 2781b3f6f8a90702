/// The state of a subscription. The raw values are the database's. Units are given out in `trial`
/// and `active` only.
package enum SubscriptionStatus: String, Sendable, Hashable, CaseIterable {
    case trial, active
    case pastDue = "past_due"
    case cancelled, expired

    package var allowsConsumption: Bool { self == .trial || self == .active }
}
