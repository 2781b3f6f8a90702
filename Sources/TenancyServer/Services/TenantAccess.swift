internal import TTRPC
internal import Tenancy
internal import TenancyStore

/// The way from a call to a tenant: the caller's authority is decided before and after the tenant's
/// name is looked up, so that who may not ask learns nothing by asking.
struct TenantAccess: Sendable {
    let store: TenancyStore

    /// What can be decided without knowing the tenant.
    ///
    /// - Throws: `unauthenticated` or `permissionDenied`.
    func check(_ context: ServerContext, _ operation: Operation) throws(DomainError) {
        if let denial = Authority.denialBeforeLookup(context.caller.principal, operation) {
            throw denial.error
        }
    }

    /// - Throws: `unauthenticated` or `permissionDenied`.
    func platform(_ context: ServerContext, _ operation: Operation) throws(DomainError) {
        if case .deny(let denial) = Authority.decide(
            context.caller.principal, operation, .platform)
        {
            throw denial.error
        }
    }

    /// The id of the tenant that a call is about, once it is certain that the caller may.
    ///
    /// - Throws: `notFound` for a tenant that is absent or foreign, `permissionDenied`,
    ///   `unavailable`.
    func tenant(
        _ selector: TenantSelector, _ context: ServerContext, _ operation: Operation
    ) async throws(DomainError) -> TenantID {
        let found = try await store.tenantID(of: selector)
        let target = found.map { Authority.Target.tenant($0) } ?? .absentTenant
        let decision = Authority.decide(context.caller.principal, operation, target)
        switch (decision, found) {
        case (.allow, .some(let id)): return id
        case (.allow, .none): throw .tenantNotFound
        case (.deny(let denial), _): throw denial.error
        }
    }
}

extension ServerContext {
    /// What the activity log says of this call's changes.
    var auditContext: AuditContext {
        AuditContext(
            actor: caller.principal.auditName, address: caller.address,
            userAgent: caller.userAgent)
    }
}
