/// What a caller may do in one tenant, and so may at most give to others there.
package enum Powers: Sendable, Hashable {
    /// Of the platform's administrators and services.
    case unlimited
    /// The permissions that are held for good, those that are held until a moment, the rank, and
    /// what a program is bound to by its key.
    case limited(
        rank: Role?, permissions: Set<Permission>, temporary: [Permission: Timestamp] = [:],
        key: KeyTerms? = nil)

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

    /// A key has no rank of its own: it is worth the highest rank whose every permission it has,
    /// and holds all of them for as long as it lives.
    package init(permissions: Set<Permission>, of key: KeyTerms) {
        let rank = Role.rank(of: permissions)
        if let end = key.expiresAt {
            let temporary = Dictionary(uniqueKeysWithValues: permissions.map { ($0, end) })
            self = .limited(rank: rank, permissions: [], temporary: temporary, key: key)
        } else {
            self = .limited(rank: rank, permissions: permissions, key: key)
        }
    }

    package func holds(_ permission: Permission) -> Bool {
        switch self {
        case .unlimited: return true
        case .limited(_, let permissions, let temporary, _):
            return permissions.contains(permission) || temporary[permission] != nil
        }
    }

    /// Whether the permission is held for as long as that.
    ///
    /// - Parameter end: nil for good.
    package func holds(_ permission: Permission, until end: Timestamp?) -> Bool {
        switch self {
        case .unlimited: return true
        case .limited(_, let permissions, let temporary, _):
            if permissions.contains(permission) { return true }
            guard let end, let own = temporary[permission] else { return false }
            return end <= own
        }
    }

    /// Whether somebody of this rank is not above the caller.
    package func reaches(_ role: Role) -> Bool {
        switch self {
        case .unlimited: return true
        case .limited(let rank, _, _, _): return rank.map { $0 >= role } ?? false
        }
    }

    /// Nobody gives a rank above their own, or a rank or a permission that they do not hold for as
    /// long as they give it.
    ///
    /// - Parameter end: When what is given ends; nil for good.
    /// - Throws: `permissionDenied`.
    package func checkGrant(
        of role: Role? = nil, permissions: Set<Permission> = [], until end: Timestamp? = nil
    ) throws(DomainError) {
        try checkRank(role)
        if role != nil { try checkLife(until: end) }
        if let missing = permissions.sorted().first(where: { !holds($0, until: end) }) {
            throw DomainError(
                .permissionDenied,
                message: holds(missing)
                    ? "the caller does not hold the permission \(missing.rawValue) for so long"
                    : "the caller does not hold the permission \(missing.rawValue)")
        }
    }

    /// Nobody gives a key that may more than they: a program's may no more than its own, no longer,
    /// from nowhere else, and no more often.
    ///
    /// - Parameters:
    ///   - end: When the key that is given ends; nil when never.
    ///   - addresses: Where it may be used from; empty for anywhere.
    ///   - rateLimit: Calls an hour.
    /// - Throws: `permissionDenied`.
    package func checkKey(
        permissions: Set<Permission>, until end: Timestamp?, addresses: [AddressRange],
        rateLimit: Int64
    ) throws(DomainError) {
        try checkGrant(permissions: permissions, until: end)
        guard let key = terms else { return }
        try checkLife(until: end)
        guard key.covers(addresses) else {
            throw DomainError(
                .permissionDenied,
                message: "a key gives no other from where it may not be used itself")
        }
        guard rateLimit <= key.rateLimit else {
            throw DomainError(
                .permissionDenied, message: "a key gives no other a higher rate than its own")
        }
    }

    private var terms: KeyTerms? {
        if case .limited(_, _, _, let key) = self { key } else { nil }
    }

    private func checkLife(until end: Timestamp?) throws(DomainError) {
        guard terms?.lasts(until: end) ?? true else {
            throw DomainError(
                .permissionDenied, message: "a key gives nothing that lasts longer than itself")
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
