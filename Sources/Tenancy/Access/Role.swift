/// The rank of a user in a tenant: admin > manager > user > viewer. The raw values are the
/// database's.
package enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    case viewer, user, manager, admin

    /// What everyone of this rank may do. Each rank may do what the rank below it may.
    package var permissions: Set<Permission> {
        switch self {
        case .viewer:
            return [
                .viewTenant, .viewUsers, .viewSubscription, .viewUsage, .viewConfiguration,
                .viewAnalytics,
            ]
        case .user: return Role.viewer.permissions.union([.consume])
        case .manager:
            return Role.user.permissions.union([
                .manageTenant, .manageUsers, .manageConfiguration, .viewAPIKeys, .viewActivity,
            ])
        case .admin: return Set(Permission.allCases)
        }
    }

    /// The highest rank whose every permission is among these; nil when there is none.
    package static func rank(of permissions: Set<Permission>) -> Role? {
        allCases.last { permissions.isSuperset(of: $0.permissions) }
    }

    package static func < (left: Role, right: Role) -> Bool { left.order < right.order }

    private var order: Int {
        switch self {
        case .viewer: return 0
        case .user: return 1
        case .manager: return 2
        case .admin: return 3
        }
    }
}
