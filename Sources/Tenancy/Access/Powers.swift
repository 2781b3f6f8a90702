/// What a caller may do in one tenant, and so may at most give to others there.
package enum Powers: Sendable, Hashable {
    /// Of the platform's administrators and services.
    case unlimited
    /// The permissions that are held for good, those that are held until a moment, and the rank
    /// that the first are worth.
    case limited(
        rank: Role?, permissions: Set<Permission>, temporary: [Permission: Timestamp] = [:])

    package init(_ membership: Membership, at now: Timestamp) {
        var permissions = membership.role.permissions.union(membership.permissions)
        var temporary: [Permission: Timestamp] = [:]
        for grant in membership.grants where !grant.isOver(at: now) {
            guard let end = grant.expiresAt else {
                permissions.formUnion(grant.permissions)
                continue
            }
            for permission in grant.permissions {
                temporary[permission] = max(end, temporary[permission] ?? end)
            }
        }
        for permission in permissions { temporary[permission] = nil }
        self = .limited(rank: membership.role, permissions: permissions, temporary: temporary)
    }

    /// A key has no rank of its own: it is worth the highest rank whose every permission it has.
    package init(permissions: Set<Permission>) {
        self = .limited(rank: Role.rank(of: permissions), permissions: permissions)
    }

    package func holds(_ permission: Permission) -> Bool {
        switch self {
        case .unlimited: return true
        case .limited(_, let permissions, let temporary):
            return permissions.contains(permission) || temporary[permission] != nil
        }
    }

    /// Whether the permission is held for as long as that.
    ///
    /// - Parameter end: nil for good.
    package func holds(_ permission: Permission, until end: Timestamp?) -> Bool {
        switch self {
        case .unlimited: return true
        case .limited(_, let permissions, let temporary):
            if permissions.contains(permission) { return true }
            guard let end, let own = temporary[permission] else { return false }
            return end <= own
        }
    }

    /// Whether somebody of this rank is not above the caller.
    package func reaches(_ role: Role) -> Bool {
        switch self {
        case .unlimited: return true
        case .limited(let rank, _, _): return rank.map { $0 >= role } ?? false
        }
    }

    /// Nobody gives a rank above their own, or a permission that they do not hold for as long as
    /// they give it.
    ///
    /// - Parameter end: When what is given ends; nil for good.
    /// - Throws: `permissionDenied`.
    package func checkGrant(
        of role: Role? = nil, permissions: Set<Permission> = [], until end: Timestamp? = nil
    ) throws(DomainError) {
        try checkRank(role)
        if let missing = permissions.sorted().first(where: { !holds($0, until: end) }) {
            throw DomainError(
                .permissionDenied,
                message: holds(missing)
                    ? "the caller does not hold the permission \(missing.rawValue) for so long"
                    : "the caller does not hold the permission \(missing.rawValue)")
        }
    }

    /// Nobody takes from somebody above their own rank, nor what they do not hold.
    ///
    /// - Throws: `permissionDenied`.
    package func checkRemoval(
        from role: Role?, permissions: Set<Permission>
    ) throws(DomainError) {
        try checkRank(role)
        if let missing = permissions.sorted().first(where: { !holds($0) }) {
            throw DomainError(
                .permissionDenied,
                message: "the caller does not hold the permission \(missing.rawValue)")
        }
    }

    private func checkRank(_ role: Role?) throws(DomainError) {
        if let role, !reaches(role) {
            throw DomainError(
                .permissionDenied, message: "the role \(role.rawValue) is above the caller's own")
        }
    }
}
