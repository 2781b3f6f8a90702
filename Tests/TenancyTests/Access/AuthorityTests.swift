internal import Tenancy
internal import Testing

@Suite struct AuthorityTests {
    static let own = TenantID(2)
    static let foreign = TenantID(3)

    static let now = Timestamp(microseconds: 0)
    /// What must be possible whatever the state of the tenant.
    static let inAnyState: Set<Operation> = [
        .reportLeak, .revokeApiKey, .revokeTokens, .revokeGrant,
    ]
    /// What services may ask about a tenant in any state.
    static let questions: Set<Operation> = [.checkAccess, .batchCheckAccess, .explainAccess]

    /// Every kind of caller, with every right that its kind can have, or with none.
    enum Caller: CaseIterable {
        case administrator, service, serviceWithoutRights
        case admin, manager, user, viewer, adminThroughServiceWithoutRights
        case key, keyWithoutRights, anonymous
    }

    enum Aim: CaseIterable {
        case platform, own, ownSuspended, ownInactive, foreign, absent
    }

    enum Expected {
        case allowed, unauthenticated, permissionDenied, notFound, notActive
    }

    /// Which callers an operation is for, in the words of the interface.
    enum Group {
        case everybody, identified, administrators, trusted, oneself
        case tenant(Permission), owners(Permission)
    }

    /// Written out again, and not read from the rules that are tested: a rule that changes by
    /// mistake is noticed here.
    static func group(_ operation: Operation) -> (Group, ofTenant: Bool, whenNotActive: Bool)? {
        switch operation {
        case .health, .getPublicTenantInfo, .exchangeApiKey, .getKeySet:
            return (.everybody, false, true)
        case .listPlans, .listPermissions: return (.identified, false, true)
        case .listRoles, .listGrants, .checkAccess, .batchCheckAccess, .explainAccess:
            return (.tenant(.viewUsers), true, true)
        case .createRole, .updateRole, .deleteRole, .createGrant:
            return (.tenant(.manageUsers), true, false)
        case .revokeGrant: return (.tenant(.manageUsers), true, true)
        case .createTenant, .listTenants, .revokeSigningKey:
            return (.administrators, false, true)
        case .verifyApiKey, .batchVerify, .introspect, .reflect:
            return (.trusted, false, true)
        case .suspendTenant, .reactivateTenant, .deactivateTenant:
            return (.administrators, true, true)
        case .acceptInvitation: return (.trusted, true, false)
        case .recordLogin, .recordLogout: return (.oneself, true, false)
        case .getTenant: return (.tenant(.viewTenant), true, true)
        case .updateTenant: return (.tenant(.manageTenant), true, false)
        case .getTenantAnalytics: return (.tenant(.viewAnalytics), true, true)
        case .exportTenant: return (.owners(.exportTenant), true, true)
        case .listUsers: return (.tenant(.viewUsers), true, true)
        case .addUser, .updateUser, .removeUser, .inviteUser, .revokeInvitation:
            return (.tenant(.manageUsers), true, false)
        case .getSubscription, .previewPlanChange:
            return (.tenant(.viewSubscription), true, true)
        case .changeSubscription, .cancelSubscription, .setUserQuota:
            return (.owners(.manageSubscription), true, false)
        case .getQuotas, .checkQuota, .getUsage, .batchCheck, .watchQuota, .getQuotaPolicy,
            .listUserQuotas:
            return (.tenant(.viewUsage), true, true)
        case .consume, .batchConsume, .reserve, .commit, .release, .acquireLease, .renewLease,
            .returnLease:
            return (.tenant(.consume), true, false)
        case .refund: return (.trusted, true, false)
        case .setQuotaPolicy: return (.administrators, true, false)
        case .reconcileUsage: return (.administrators, true, true)
        case .listApiKeys: return (.tenant(.viewAPIKeys), true, true)
        case .createApiKey, .rotateApiKey: return (.tenant(.manageAPIKeys), true, false)
        case .revokeApiKey, .revokeTokens, .reportLeak: return (.tenant(.manageAPIKeys), true, true)
        case .getConfigurations, .watchConfigurations:
            return (.tenant(.viewConfiguration), true, true)
        case .setConfiguration, .deleteConfiguration:
            return (.tenant(.manageConfiguration), true, false)
        case .listActivity, .watchActivity: return (.tenant(.viewActivity), true, true)
        case .verifyAudit: return (.tenant(.verifyAudit), true, true)
        }
    }

    @Test("Every caller, operation and target has the decision of the table")
    func table() throws {
        let own = try #require(Self.own)
        let foreign = try #require(Self.foreign)
        for operation in Operation.allCases {
            let rule = try #require(Self.group(operation), "\(operation) has no row in the table")
            for caller in Caller.allCases {
                for aim in Aim.allCases {
                    let (principal, membership) = Self.principal(caller, own)
                    let target: Authority.Target
                    switch aim {
                    case .platform: target = .platform
                    case .own: target = .tenant(own, .active, membership: membership)
                    case .ownSuspended:
                        target = .tenant(own, .suspended, membership: membership)
                    case .ownInactive: target = .tenant(own, .inactive, membership: membership)
                    case .foreign: target = .tenant(foreign, .active, membership: nil)
                    case .absent: target = .absentTenant
                    }
                    let decision = Authority.decide(principal, operation, target, at: Self.now)
                    #expect(
                        Self.plain(decision) == Self.expected(caller, operation, rule, aim),
                        "\(operation) by \(caller) on \(aim)")
                }
            }
        }
    }

    static func principal(_ caller: Caller, _ own: TenantID) -> (Principal, Membership?) {
        let all = Set(Operation.allCases)
        func user(_ role: Role, _ operations: Set<Operation>) -> (Principal, Membership?) {
            (
                .user(id: "user_123", service: "web", operations: operations),
                Membership(role: role)
            )
        }
        switch caller {
        case .administrator: return (.platformAdministrator(name: "root"), nil)
        case .service: return (.service(name: "vyomo", operations: all), nil)
        case .serviceWithoutRights: return (.service(name: "vyomo", operations: []), nil)
        case .admin: return user(.admin, all)
        case .manager: return user(.manager, all)
        case .user: return user(.user, all)
        case .viewer: return user(.viewer, all)
        case .adminThroughServiceWithoutRights: return user(.admin, [])
        case .key:
            return (
                .apiKey(
                    own, keyID: 7, permissions: Set(Permission.allCases), terms: .unbounded), nil
            )
        case .keyWithoutRights:
            return (.apiKey(own, keyID: 7, permissions: [], terms: .unbounded), nil)
        case .anonymous: return (.anonymous, nil)
        }
    }

    static func plain(_ decision: Authority.Decision) -> Expected {
        switch decision {
        case .allow: return .allowed
        case .deny(.unauthenticated): return .unauthenticated
        case .deny(.permissionDenied): return .permissionDenied
        case .deny(.notFound): return .notFound
        case .deny(.tenantNotActive): return .notActive
        }
    }

    /// What the interface promises, in the order in which a caller learns of it: who is not known;
    /// who may never ask; what is not of the tenant; who may not there; what is not active.
    static func expected(
        _ caller: Caller, _ operation: Operation,
        _ rule: (group: Group, ofTenant: Bool, whenNotActive: Bool), _ aim: Aim
    ) -> Expected {
        if case .everybody = rule.group {
            return (aim == .platform) != rule.ofTenant ? .allowed : .permissionDenied
        }
        if caller == .anonymous { return .unauthenticated }
        if !mayAsk(caller, rule.group) { return .permissionDenied }
        if (aim == .platform) == rule.ofTenant { return .permissionDenied }
        if aim == .platform { return .allowed }
        let isOfTenant = ![.administrator, .service].contains(caller)
        if aim == .absent || (aim == .foreign && isOfTenant) { return .notFound }
        if let role = role(caller), let permission = permission(rule.group),
            !role.permissions.contains(permission)
        {
            return .permissionDenied
        }
        guard aim == .ownSuspended || aim == .ownInactive else { return .allowed }
        let isAdministrator = [.administrator, .admin, .adminThroughServiceWithoutRights].contains(
            caller)
        let isAdmitted =
            isAdministrator || inAnyState.contains(operation)
            || (caller == .service && questions.contains(operation))
        return rule.whenNotActive && isAdmitted ? .allowed : .notActive
    }

    /// Whether a caller of this kind may ask at all, before the tenant is known.
    static func mayAsk(_ caller: Caller, _ group: Group) -> Bool {
        switch (caller, group) {
        case (.administrator, _): return true
        case (.anonymous, _): return false
        case (_, .everybody): return true
        case (.service, .owners), (.service, .administrators): return false
        case (.service, _): return true
        case (.serviceWithoutRights, _): return false
        case (.key, .identified), (.keyWithoutRights, .identified): return true
        case (.key, .tenant), (.key, .owners): return true
        case (.key, _), (.keyWithoutRights, _): return false
        case (.adminThroughServiceWithoutRights, _): return false
        case (_, .administrators), (_, .trusted): return false
        case (_, _): return true
        }
    }

    static func role(_ caller: Caller) -> Role? {
        switch caller {
        case .admin, .adminThroughServiceWithoutRights: return .admin
        case .manager: return .manager
        case .user: return .user
        case .viewer: return .viewer
        default: return nil
        }
    }

    static func permission(_ group: Group) -> Permission? {
        switch group {
        case .tenant(let permission), .owners(let permission): return permission
        default: return nil
        }
    }

    @Test("What the platform may on every active tenant is what is decided of each of them")
    func everyActiveTenant() throws {
        let own = try #require(Self.own)
        let foreign = try #require(Self.foreign)
        for caller in Caller.allCases {
            let (principal, membership) = Self.principal(caller, own)
            let allowed = Authority.allowedOnEveryActiveTenant(principal)
            for operation in Operation.allCases {
                let isAllowed = [(own, membership), (foreign, nil)].allSatisfy { tenant, member in
                    let decision = Authority.decide(
                        principal, operation, .tenant(tenant, .active, membership: member),
                        at: Self.now)
                    return Self.plain(decision) == .allowed
                }
                #expect(
                    allowed.contains(operation) == (isAllowed && principal.isTrusted),
                    "\(operation) by \(caller)")
            }
        }
    }

    @Test("A user is nobody in a tenant that they do not belong to")
    func foreignUser() throws {
        let own = try #require(Self.own)
        let user = Principal.user(
            id: "user_123", service: "web", operations: Set(Operation.allCases))
        #expect(
            Authority.decide(
                user, .getTenant, .tenant(own, .active, membership: nil), at: Self.now)
                == .deny(.notFound))
    }

    @Test("A permission beyond the role counts")
    func furtherPermission() throws {
        let own = try #require(Self.own)
        let user = Principal.user(
            id: "user_123", service: "web", operations: Set(Operation.allCases))
        let membership = Membership(role: .viewer, permissions: [.manageUsers])
        guard
            case .allow(let powers) = Authority.decide(
                user, .addUser, .tenant(own, .active, membership: membership), at: Self.now)
        else {
            Issue.record("a viewer with manage_users may add users")
            return
        }
        // It does not raise the rank that may be given.
        #expect(powers.reaches(.viewer))
        #expect(!powers.reaches(.user))
    }

    @Test("Ranks hold what the ranks below them hold, and more")
    func ranks() {
        let roles = Role.allCases.sorted()
        #expect(roles == [.viewer, .user, .manager, .admin])
        for (lower, higher) in zip(roles, roles.dropFirst()) {
            #expect(higher.permissions.isStrictSuperset(of: lower.permissions))
            #expect(Role.rank(of: higher.permissions) == higher)
        }
        #expect(Role.rank(of: []) == nil)
    }

    @Test("Nobody gives what is above their own")
    func grants() throws {
        let manager = Powers(Membership(role: .manager), at: Self.now)
        try manager.checkGrant(of: .manager, permissions: [.manageUsers])
        #expect(throws: DomainError.self) { try manager.checkGrant(of: .admin) }
        #expect(throws: DomainError.self) {
            try manager.checkGrant(of: .viewer, permissions: [.manageAPIKeys])
        }
        try Powers.unlimited.checkGrant(of: .admin, permissions: Set(Permission.allCases))
    }

    @Test("An audit name tells kinds of callers apart")
    func auditNames() throws {
        let own = try #require(Self.own)
        #expect(Principal.platformAdministrator(name: "a").auditName == "platform:a")
        #expect(Principal.service(name: "a", operations: []).auditName == "service:a")
        #expect(
            Principal.user(id: "a", service: "web", operations: []).auditName == "user:a")
        #expect(
            Principal.apiKey(own, keyID: 7, permissions: [], terms: .unbounded).auditName
                == "api_key:7")
        #expect(Principal.anonymous.auditName == "anonymous")
    }
}
