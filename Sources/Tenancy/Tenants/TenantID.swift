/// The number that the platform gave a tenant; positive. Because it is known to be a number, it may
/// stand in the text of a statement.
package struct TenantID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let rawValue: Int64

    package init?(_ rawValue: Int64) {
        guard rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// What changes of the platform's own are told and remembered under. No tenant has it, and no
    /// request can name it.
    package static let platform = TenantID(unchecked: 0)

    package var description: String { String(rawValue) }

    package static func < (left: TenantID, right: TenantID) -> Bool {
        left.rawValue < right.rawValue
    }
}
