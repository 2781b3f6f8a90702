/// Whether a tenant may work. The raw values are the database's. How it changes is drawn at
/// `TenantTransition`.
package enum TenantStatus: String, Sendable, Hashable, CaseIterable {
    /// Works normally. Can transition to: suspended, inactive.
    case active
    /// Refused everything but reads by administrators, until it is made active again. Can
    /// transition to: active, inactive.
    case suspended
    /// Closed; its data stays. Can transition to: active.
    case inactive

    // Of an enumeration with names for its values, `==` compares the names.
    package var isActive: Bool { if case .active = self { true } else { false } }
}
