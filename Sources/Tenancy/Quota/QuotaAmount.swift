/// Units to take: at least one, and no more than a counter of the database can count.
package struct QuotaAmount: Sendable, Hashable {
    package static let unitsMax = UInt64(Int64.max)
    package static let rule = "must be 1 to 9223372036854775807"

    package let units: Int64

    package init?(_ units: UInt64) {
        guard 1...Self.unitsMax ~= units else { return nil }
        self.units = Int64(units)
    }
}
