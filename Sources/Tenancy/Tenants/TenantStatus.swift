/// Whether a tenant may work. The raw values are the database's.
package enum TenantStatus: String, Sendable, Hashable, CaseIterable {
    case active
    /// Refused everything but reads by administrators, until it is made active again.
    case suspended
    /// Closed.
    case inactive
}
