/// What becomes of a change whose limits are below what is used.
package enum DowngradePolicy: Sendable, Hashable {
    /// It is refused.
    case refuse
    /// It is kept for the end of the billing period.
    case schedule
}
