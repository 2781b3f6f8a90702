internal import Reactor
internal import TTRPC
internal import Tenancy
internal import TenancyStore

/// The way from a call to what it is about: who calls is found out, and the caller's authority is
/// decided before and after the tenant's name is looked up, so that who may not ask learns nothing
/// by asking.
struct TenantAccess: Sendable {
    let store: TenancyStore
    let keys: KeyVerifier
    let tokens: Tokens
    let failures: AuthenticationFailures
    /// Seals what is secret.
    let sealing: Sealing

    /// Who calls, unless that alone is reason to refuse. Every handler asks first, before it looks
    /// at the request.
    ///
    /// - Parameter isPaidLater: The call is not taken from the hour of the caller's key yet: it is
    ///   taken together with something else, or by `pay`.
    /// - Throws: `unauthenticated` or `permissionDenied`, `tooMany` for an API key whose hour is
    ///   used up or for a place that too many have failed from, `unavailable` when a key cannot be
    ///   looked up.
    func caller(
        _ context: ServerContext, _ operation: Operation, isPaidLater: Bool = false
    ) async throws(DomainError) -> Caller {
        var caller = try await identified(context.caller, operation)
        if !isPaidLater {
            try await pay(caller)
            caller.owes = nil
        }
        if let denial = Authority.denialBeforeLookup(caller.principal, operation) {
            throw denial.error
        }
        return caller
    }

    /// Takes the call from the hour of the caller's key, if there is one.
    ///
    /// - Throws: `tooMany`, `unauthenticated`, `unavailable`.
    func pay(_ caller: Caller) async throws(DomainError) {
        guard let key = caller.owes else { return }
        try await keys.pay(key)
        try await confirm(caller)
    }

    /// Finds out whose key a caller shows. What is open to everybody asks for no key and so costs
    /// none of its rate.
    private func identified(
        _ caller: Caller, _ operation: Operation
    ) async throws(DomainError) -> Caller {
        guard let bearer = caller.bearer, operation.rule.audience != .everybody else {
            return caller
        }
        let attempt = AuthenticationFailures.Attempt(bearer, from: caller.address)
        try failures.check(attempt)
        let seenAt = MonotonicInstant.now()
        let shown = try await look(at: bearer, from: caller.address)
        let kind: AuthenticationFailures.Kind = SignedToken.isLike(bearer) ? .token : .apiKey
        failures.note(attempt, kind, isKnown: shown.isKnown)
        if shown.isKnown, shown.error != nil { failures.refused(attempt, kind) }
        let (principal, key) = try shown.admitted()
        return Caller(
            principal: principal, address: caller.address, userAgent: caller.userAgent,
            bearer: bearer, owes: key, seenAt: seenAt)
    }

    /// What a credential is that a caller shows, as of now. Nothing is taken from its hour.
    ///
    /// - Throws: `unavailable`.
    private func look(at bearer: String, from address: String?) async throws(DomainError) -> Shown {
        let check = KeyCheck(
            address: address.flatMap { IPAddress($0) }, isTenantDecidedLater: true)
        guard SignedToken.isLike(bearer) else {
            return Shown(try await keys.look(bearer, check))
        }
        return Shown(
            try await tokens.verify(bearer, audience: tokens.rules.ownAudience, check: check))
    }

    /// How long it is believed that a caller's credential works: what has waited for longer is
    /// looked at again before it is answered.
    static let confirmationInterval = Duration.milliseconds(200)

    /// Makes certain that a caller's credential works still, unless it was looked at a moment ago.
    ///
    /// - Throws: as `caller` does of a credential.
    func confirm(_ caller: Caller) async throws(DomainError) {
        guard let bearer = caller.bearer, let seenAt = caller.seenAt,
            seenAt.advanced(by: Self.confirmationInterval) <= .now()
        else { return }
        _ = try await look(at: bearer, from: caller.address).admitted()
    }

    /// Makes certain that a caller may still do what they have begun: what is allowed at the
    /// beginning need not be for as long as it lasts.
    ///
    /// - Throws: as `tenant`, and as `caller` does of a credential.
    func confirm(
        _ tenant: TenantID, _ caller: Caller, _ operation: Operation
    ) async throws(DomainError) {
        try await confirm(caller)
        _ = try await self.tenant(.id(tenant), caller, operation)
    }

    /// Who calls for something that is not about one tenant.
    ///
    /// - Throws: `unauthenticated` or `permissionDenied`.
    func platform(
        _ context: ServerContext, _ operation: Operation
    ) async throws(DomainError) -> Caller {
        let caller = try await caller(context, operation)
        let decision = Authority.decide(
            caller.principal, operation, .platform, at: WallClock.now())
        if case .deny(let denial) = decision { throw denial.error }
        return caller
    }

    /// Whether everything that decides on a call that is about no tenant is in memory, and allows
    /// it. Those who show a key have to be looked up.
    func isPlatformAtOnce(
        _ context: borrowing ServerContext, _ operation: Operation
    ) -> Bool {
        let caller = context.caller
        guard caller.bearer == nil,
            case .allow = Authority.decide(
                caller.principal, operation, .platform, at: WallClock.now())
        else { return false }
        return true
    }

    /// A call that memory can decide on: the tenant that it is about, the member who calls, and the
    /// key from whose hour it has to be taken.
    struct AtOnce {
        let tenant: TenantID
        let member: UserID?
        let owes: KnownKey?
    }

    /// The tenant that a caller of the platform asks about, when it is known to be active; nil when
    /// it has to be looked up, there is an error to be told, or the caller is of a tenant.
    func anyTenantAtOnce(
        code: String, id: Int64, _ context: borrowing ServerContext, _ operation: Operation
    ) -> TenantID? {
        guard context.identified.allowedOnEveryActiveTenant.contains(operation),
            let standing = knownStanding(code: code, id: id, user: nil, at: context.receivedAt),
            standing.status.isActive
        else { return nil }
        return standing.id
    }

    /// Exactly one of code and number is given; nil when it is not, or nothing is known.
    private func knownStanding(
        code: String, id: Int64, user: String?, at now: MonotonicInstant
    ) -> TenantStanding? {
        if id == 0 { return store.knownStanding(code: code, user: user, at: now) }
        guard code.isEmpty, let id = TenantID(id) else { return nil }
        return store.knownStanding(of: id, user: user, at: now)
    }

    /// The tenant that a call is about, when everything that decides on the call is in memory, and
    /// allows it; nil when it has to be looked up, or there is an error to be told.
    func tenantAtOnce(
        code: String, id: Int64, _ context: borrowing ServerContext, _ operation: Operation,
        at now: Timestamp
    ) -> AtOnce? {
        let identified = context.identified
        var principal = identified.caller.principal
        var key: KnownKey?
        if let bearer = identified.caller.bearer, operation.rule.audience != .everybody {
            guard let known = keyAtOnce(bearer, identified.caller.address, now)
            else { return nil }
            principal = known.principal
            key = known
        }
        guard Authority.denialBeforeLookup(principal, operation) == nil else { return nil }
        let member = principal.member
        guard
            let standing = knownStanding(
                code: code, id: id, user: member?.text, at: context.receivedAt),
            standing.status.isActive,
            case .allow = Authority.decide(
                principal, operation,
                .tenant(standing.id, standing.status, membership: standing.membership), at: now)
        else { return nil }
        return AtOnce(tenant: standing.id, member: member, owes: key)
    }

    /// The key that a caller shows, when it is certain from memory that it is good.
    func keyAtOnce(
        _ bearer: String, _ address: String?, _ now: Timestamp
    ) -> KnownKey? {
        guard failures.isKnownGood(bearer) else { return nil }
        let check = KeyCheck(
            address: address.flatMap { IPAddress($0) }, isTenantDecidedLater: true)
        return keys.knownAtOnce(bearer, check, now)
    }

    /// The tenant that a call is about, once it is certain that the caller may.
    ///
    /// - Parameter statusIsDecidedLater: The tenant's status is decided on under a lock, after a
    ///   kept answer had its chance.
    /// - Throws: `notFound` for a tenant that is absent or foreign, `permissionDenied`,
    ///   `failedPrecondition` for one that is not active, `unavailable`.
    func tenant(
        _ selector: TenantSelector, _ caller: Caller, _ operation: Operation,
        statusIsDecidedLater: Bool = false
    ) async throws(DomainError) -> AdmittedTenant {
        var user: String?
        if case .user(let id, _, _) = caller.principal { user = id }
        let standing = try await store.standing(of: selector, user: user)
        let target =
            standing.map {
                Authority.Target.tenant(
                    $0.id, statusIsDecidedLater ? .active : $0.status, membership: $0.membership)
            } ?? .absentTenant
        let decision = Authority.decide(
            caller.principal, operation, target, at: WallClock.now())
        switch (decision, standing) {
        case (.allow(let powers), .some(let standing)):
            return AdmittedTenant(standing: standing, powers: powers)
        case (.allow, .none): throw .tenantNotFound
        case (.deny(let denial), _): throw denial.error
        }
    }
}

/// A tenant that the caller may do what was asked with.
struct AdmittedTenant: Sendable {
    let standing: TenantStanding
    /// What the caller may do there in all.
    let powers: Powers
    /// Seals its secrets, in a change that was declared to have some.
    var sealer: TenantSealer?

    var id: TenantID { standing.id }
}

extension Caller {
    /// What the activity log says of this call's changes.
    var auditContext: AuditContext {
        AuditContext(actor: principal.auditName, address: address, userAgent: userAgent)
    }
}
