/// What can be asked of the domain.
package enum Operation: String, Sendable, Hashable, CaseIterable {
    case createTenant, getTenant, listTenants, getQuotas, checkQuota, consume, health

    /// What an operation is about, which decides who may ask for it.
    package enum Kind: Sendable, Hashable {
        /// Answered to anybody.
        case open
        /// About the register of tenants as a whole.
        case platform
        /// About one tenant.
        case tenant
    }

    package var kind: Kind {
        switch self {
        case .health: return .open
        case .createTenant, .listTenants: return .platform
        case .getTenant, .getQuotas, .checkQuota, .consume: return .tenant
        }
    }
}
