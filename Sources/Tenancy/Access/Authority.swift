/// Who may do what: one function over every kind of caller, operation and target. What is not
/// allowed by name is denied.
package enum Authority {
    /// What the operation is aimed at, after the tenant's name was looked up.
    package enum Target: Sendable, Hashable {
        /// The platform, not one tenant.
        case platform
        /// A tenant, and the place that the calling user has there.
        case tenant(TenantID, TenantStatus, membership: Membership?)
        /// A tenant that does not exist.
        case absentTenant
    }

    package enum Decision: Sendable, Hashable {
        /// Allowed, with what the caller may do there in all.
        case allow(Powers)
        case deny(Denial)
    }

    package enum Denial: Sendable, Hashable {
        case unauthenticated
        case permissionDenied
        /// The tenant is absent, or must seem to be.
        case notFound
        case tenantNotActive(TenantStatus)
    }

    package static func decide(
        _ principal: Principal, _ operation: Operation, _ target: Target, at now: Timestamp
    ) -> Decision {
        if let denial = denialBeforeLookup(principal, operation) { return .deny(denial) }
        let rule = operation.rule
        switch (rule.subject, target) {
        case (.platform, .platform): return .allow(.unlimited)
        case (.platform, _), (.tenant, .platform): return .deny(.permissionDenied)
        case (.tenant, .absentTenant): return .deny(.notFound)
        case (.tenant, .tenant(let id, let status, let membership)):
            // A foreign tenant is answered like an absent one: the answer tells nothing.
            guard let powers = powers(of: principal, in: id, membership, now) else {
                return .deny(.notFound)
            }
            if let permission = rule.audience.permission, !powers.holds(permission) {
                return .deny(.permissionDenied)
            }
            let isAdministrator = Self.isAdministrator(principal, membership)
            guard
                status.admits(
                    rule.effect, byAdministrator: isAdministrator,
                    byService: principal.isService)
            else {
                return .deny(.tenantNotActive(status))
            }
            return .allow(powers)
        }
    }

    /// What can be denied without looking the tenant up, so that a caller who may not ask learns
    /// nothing by asking, and costs no query.
    package static func denialBeforeLookup(
        _ principal: Principal, _ operation: Operation
    ) -> Denial? {
        let rule = operation.rule
        if rule.audience == .everybody { return nil }
        switch principal {
        case .anonymous: return .unauthenticated
        case .platformAdministrator: return nil
        case .service(_, let operations):
            guard rule.audience.includesServices, operations.contains(operation) else {
                return .permissionDenied
            }
            return nil
        case .user(_, _, let operations):
            // Through a service, only what the service may call.
            guard rule.audience.includesUsers, operations.contains(operation) else {
                return .permissionDenied
            }
            return nil
        case .apiKey(_, _, let permissions, _):
            if rule.audience == .identified { return nil }
            guard let permission = rule.audience.permission, permissions.contains(permission)
            else { return .permissionDenied }
            return nil
        }
    }

    /// Nil for a caller who is not of this tenant.
    private static func powers(
        of principal: Principal, in tenant: TenantID, _ membership: Membership?,
        _ now: Timestamp
    ) -> Powers? {
        switch principal {
        case .platformAdministrator, .service: return .unlimited
        case .user: return membership.map { Powers($0, at: now) }
        case .apiKey(let own, _, let permissions, let terms):
            return own == tenant ? Powers(permissions: permissions, of: terms) : nil
        case .anonymous: return nil
        }
    }

    private static func isAdministrator(
        _ principal: Principal, _ membership: Membership?
    ) -> Bool {
        switch principal {
        case .platformAdministrator: return true
        case .user: return membership?.role == .admin
        case .service, .apiKey, .anonymous: return false
        }
    }
}

extension Principal {
    fileprivate var isService: Bool {
        if case .service = self { true } else { false }
    }
}

extension Operation.Audience {
    package var permission: Permission? {
        switch self {
        case .tenant(let permission), .owners(let permission): return permission
        case .everybody, .identified, .administrators, .trusted, .oneself: return nil
        }
    }

    package var includesServices: Bool {
        switch self {
        case .everybody, .identified, .trusted, .tenant, .oneself: return true
        case .administrators, .owners: return false
        }
    }

    package var includesUsers: Bool {
        switch self {
        case .everybody, .identified, .tenant, .owners, .oneself: return true
        case .administrators, .trusted: return false
        }
    }
}

extension Authority.Denial {
    package var error: DomainError {
        switch self {
        case .unauthenticated:
            return DomainError(.unauthenticated, message: "the caller is not known")
        case .permissionDenied:
            return DomainError(.permissionDenied, message: "the caller may not do this")
        case .notFound: return .tenantNotFound
        case .tenantNotActive(let status): return .tenantNotActive(status)
        }
    }
}
