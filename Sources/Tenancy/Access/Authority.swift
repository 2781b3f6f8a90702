/// Who may do what: one function over every kind of caller, operation and target. What is not
/// allowed by name is denied.
package enum Authority {
    /// What the operation is aimed at, after the tenant's name was looked up.
    package enum Target: Sendable, Hashable {
        /// The platform, not one tenant.
        case platform
        case tenant(TenantID)
        /// A tenant that does not exist.
        case absentTenant
    }

    package enum Decision: Sendable, Hashable {
        /// Allowed, and no wider than this. Nil for what needs no data.
        case allow(Scope?)
        case deny(Denial)
    }

    package enum Denial: Sendable, Hashable {
        case unauthenticated
        case permissionDenied
        /// The tenant is absent, or must seem to be.
        case notFound
    }

    package static func decide(
        _ principal: Principal, _ operation: Operation, _ target: Target
    ) -> Decision {
        if operation.kind == .open { return .allow(nil) }
        if let denial = denialBeforeLookup(principal, operation) { return .deny(denial) }
        switch (operation.kind, target) {
        case (.open, _): return .allow(nil)
        case (.platform, .platform): return .allow(.platform)
        case (.platform, _), (.tenant, .platform): return .deny(.permissionDenied)
        case (.tenant, .absentTenant): return .deny(.notFound)
        case (.tenant, .tenant(let id)):
            // A foreign tenant is answered like an absent one: the answer tells nothing.
            if case .tenant(let own, _, _) = principal, own != id { return .deny(.notFound) }
            return .allow(.tenant(id))
        }
    }

    /// What can be denied without looking the tenant up, so that a caller who may not ask learns
    /// nothing by asking, and costs no query.
    package static func denialBeforeLookup(
        _ principal: Principal, _ operation: Operation
    ) -> Denial? {
        if operation.kind == .open { return nil }
        switch principal {
        case .anonymous: return .unauthenticated
        case .platformAdministrator: return nil
        case .service(_, let operations):
            return operations.contains(operation) ? nil : .permissionDenied
        case .tenant(_, _, let operations):
            return operation.kind == .tenant && operations.contains(operation)
                ? nil : .permissionDenied
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
        }
    }
}
