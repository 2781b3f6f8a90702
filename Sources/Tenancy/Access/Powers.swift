/// What a caller may do in one tenant, and so may at most give to others there.
package enum Powers: Sendable, Hashable {
    /// Of the platform's administrators and services.
    case unlimited
    /// The permissions, and the rank that they are worth.
    case limited(rank: Role?, permissions: Set<Permission>)

    package init(_ membership: Membership) {
        self = .limited(
            rank: membership.role,
            permissions: membership.role.permissions.union(membership.permissions))
    }

    /// A key has no rank of its own: it is worth the highest rank whose every permission it has.
    package init(permissions: Set<Permission>) {
        self = .limited(rank: Role.rank(of: permissions), permissions: permissions)
    }

    package func holds(_ permission: Permission) -> Bool {
        switch self {
        case .unlimited: return true
        case .limited(_, let permissions): return permissions.contains(permission)
        }
    }

    /// Whether somebody of this rank is not above the caller.
    package func reaches(_ role: Role) -> Bool {
        switch self {
        case .unlimited: return true
        case .limited(let rank, _): return rank.map { $0 >= role } ?? false
        }
    }

    /// Nobody gives a rank above their own or a permission that they do not hold.
    ///
    /// - Throws: `permissionDenied`.
    package func checkGrant(
        of role: Role? = nil, permissions: Set<Permission> = []
    ) throws(DomainError) {
        if let role, !reaches(role) {
            throw DomainError(
                .permissionDenied, message: "the role \(role.rawValue) is above the caller's own")
        }
        if let missing = permissions.sorted().first(where: { !holds($0) }) {
            throw DomainError(
                .permissionDenied,
                message: "the caller does not hold the permission \(missing.rawValue)")
        }
    }
}
