internal import Tenancy
internal import TestSupport
internal import Testing

@Suite struct AccessDecisionTests {
    static let now = Timestamp(microseconds: 1_000)
    static let before = Timestamp(microseconds: 1_000)
    static let after = Timestamp(microseconds: 1_001)

    static func user(
        _ role: Role?, _ permissions: Set<Permission> = [], _ grants: [MemberGrant] = []
    ) -> AccessDecision.Subject {
        .user(id: "u", role.map { Membership(role: $0, permissions: permissions, grants: grants) })
    }

    static func key(
        _ scopes: [String], addresses: [String] = [], status: APIKeyStatus = .active,
        expiresAt: Timestamp? = nil, from address: String = ""
    ) throws -> AccessDecision.Subject {
        let key = APIKey(
            id: 7, familyID: 7, name: "k", prefix: "vym_2_0123456789",
            scopes: KeyScopes(stored: scopes), rateLimit: 1,
            addresses: addresses.compactMap { AddressRange($0) }, status: status,
            expiresAt: expiresAt, lastUsedAt: nil, createdBy: "x", createdAt: now, revokedAt: nil)
        let known = KnownKey(
            key: key, tenant: try #require(TenantID(2)),
            tenantCode: try #require(TenantCode("axis")), tenantStatus: .active)
        return .apiKey(id: 7, known, from: IPAddress(address))
    }

    static func decide(
        _ subject: AccessDecision.Subject, _ permission: Permission, feature: Bool? = nil,
        status: TenantStatus = .active
    ) -> AccessDecision {
        AccessDecision.decide(
            subject, permission, effect: permission.effect,
            feature: feature.map { .init(name: "trading", isThere: $0) }, status: status, at: now)
    }

    @Test("Whatever decides is named, and what comes first of what refuses, refuses")
    func table() throws {
        let temporary = MemberGrant(role: nil, permissions: [.manageUsers], expiresAt: Self.after)
        let over = MemberGrant(role: nil, permissions: [.manageUsers], expiresAt: Self.before)
        let desk = MemberGrant(
            role: "desk", permissions: [.manageUsers, .consume], expiresAt: nil)
        typealias Case = (AccessDecision, Bool, AccessStep.Kind, [AccessStep.Kind])
        let cases: [Case] = [
            (Self.decide(Self.user(nil), .viewTenant), false, .membership, [.membership]),
            (
                Self.decide(Self.user(.viewer), .viewTenant), true, .role,
                [.membership, .role, .tenantStatus]
            ),
            (
                Self.decide(Self.user(.viewer), .consume), false, .permission,
                [.membership, .role, .permission]
            ),
            (
                Self.decide(Self.user(.viewer, [.consume]), .consume), true, .memberPermission,
                [.membership, .role, .memberPermission, .tenantStatus]
            ),
            (
                Self.decide(Self.user(.viewer, [], [temporary]), .manageUsers), true,
                .permissionGrant, [.membership, .role, .permissionGrant, .tenantStatus]
            ),
            (
                Self.decide(Self.user(.viewer, [], [over]), .manageUsers), false, .permission,
                [.membership, .role, .permissionGrant, .permission]
            ),
            (
                Self.decide(Self.user(.viewer, [], [over, desk]), .manageUsers), true, .roleGrant,
                [.membership, .role, .permissionGrant, .roleGrant, .tenantStatus]
            ),
            (
                Self.decide(Self.user(.admin), .consume, feature: true), true, .role,
                [.membership, .role, .feature, .tenantStatus]
            ),
            (
                Self.decide(Self.user(.admin), .consume, feature: false), false, .feature,
                [.membership, .role, .feature]
            ),
            (
                Self.decide(Self.user(.admin), .consume, status: .suspended), false,
                .tenantStatus, [.membership, .role, .tenantStatus]
            ),
            (
                Self.decide(Self.user(.admin), .viewUsage, status: .suspended), true, .role,
                [.membership, .role, .tenantStatus]
            ),
            (
                Self.decide(Self.user(.manager), .viewUsage, status: .inactive), false,
                .tenantStatus, [.membership, .role, .tenantStatus]
            ),
            (
                Self.decide(.apiKey(id: 7, nil, from: nil), .viewUsage), false, .apiKey, [.apiKey]
            ),
            (
                Self.decide(try Self.key(["read"]), .viewUsage), true, .keyScope,
                [.apiKey, .keyScope, .tenantStatus]
            ),
            (
                Self.decide(try Self.key(["read"]), .consume), false, .permission,
                [.apiKey, .keyScope, .permission]
            ),
            (
                Self.decide(try Self.key(["read"], status: .revoked), .viewUsage), false, .apiKey,
                [.apiKey]
            ),
            (
                Self.decide(try Self.key(["read"], expiresAt: Self.before), .viewUsage), false,
                .apiKey, [.apiKey]
            ),
            (
                Self.decide(try Self.key(["read"], addresses: ["192.0.2.1"]), .viewUsage), false,
                .apiKey, [.apiKey]
            ),
            (
                Self.decide(
                    try Self.key(["read"], addresses: ["192.0.2.1"], from: "192.0.2.1"),
                    .viewUsage), true, .keyScope, [.apiKey, .keyScope, .tenantStatus]
            ),
            (
                Self.decide(try Self.key(["read"]), .viewUsage, status: .suspended), false,
                .tenantStatus, [.apiKey, .keyScope, .tenantStatus]
            ),
        ]
        for (decision, isAllowed, decidedBy, path) in cases {
            #expect(decision.isAllowed == isAllowed, "\(decision)")
            #expect(decision.decidedBy == decidedBy, "\(decision)")
            #expect(decision.path.map(\.kind) == path, "\(decision)")
            #expect(decision.path.last?.passed == isAllowed)
        }
    }

    /// What is allowed, written out once more without a way to it.
    static func isAllowed(
        _ membership: Membership?, _ permission: Permission, _ status: TenantStatus
    ) -> Bool {
        guard let membership else { return false }
        let holds =
            membership.role.permissions.contains(permission)
            || membership.permissions.contains(permission)
            || membership.grants.contains {
                $0.permissions.contains(permission) && ($0.expiresAt.map { $0 > now } ?? true)
            }
        let isOpen =
            status == .active
            || (membership.role == .admin && !changes.contains(permission))
        return holds && isOpen
    }

    static let changes: Set<Permission> = [
        .manageTenant, .manageUsers, .manageSubscription, .consume, .manageAPIKeys,
        .manageConfiguration,
    ]

    @Test("It says what the calls themselves are decided by, for every member one can think of")
    func agreement() throws {
        var generator = SplitMix(seed: 5)
        let tenant = try #require(TenantID(2))
        for _ in 0..<3_000 {
            let membership = Self.membership(&generator)
            let status = try #require(TenantStatus.allCases.randomElement(using: &generator))
            let operation = try #require(Operation.allCases.randomElement(using: &generator))
            guard case .tenant(let permission)? = operation.rule.plainAudience else { continue }
            let principal = Principal.user(
                id: "u", service: "web", operations: Set(Operation.allCases))
            let decision = AccessDecision.decide(
                .user(id: "u", membership), permission, effect: operation.rule.effect,
                status: status, at: Self.now)
            let authority = Authority.decide(
                principal, operation, .tenant(tenant, status, membership: membership),
                at: Self.now)
            switch authority {
            case .allow(let powers):
                #expect(decision.isAllowed && powers.holds(permission))
            case .deny(.notFound): #expect(decision.decidedBy == .membership)
            case .deny(.permissionDenied): #expect(decision.decidedBy == .permission)
            case .deny(.tenantNotActive): #expect(decision.decidedBy == .tenantStatus)
            case .deny(.unauthenticated): Issue.record("a user is known")
            }
            let plain = Self.decide(.user(id: "u", membership), permission, status: status)
            #expect(
                plain.isAllowed == Self.isAllowed(membership, permission, status),
                "\(String(describing: membership)) \(permission) \(status)")
        }
    }

    @Test("It says what the calls of a key are decided by, for every key one can think of")
    func keyAgreement() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("access: seed \(seed)")
        var generator = SplitMix(seed: seed)
        let tenant = try #require(TenantID(2))
        for _ in 0..<3_000 {
            let scopes = Permission.allCases.filter { _ in Bool.random(using: &generator) }
            let status = try #require(TenantStatus.allCases.randomElement(using: &generator))
            let operation = try #require(Operation.allCases.randomElement(using: &generator))
            guard case .tenant(let permission)? = operation.rule.plainAudience else { continue }
            let subject = try Self.key(scopes.map(\.rawValue))
            guard case .apiKey(_, let known?, _) = subject else { preconditionFailure("a key") }
            let decision = AccessDecision.decide(
                subject, permission, effect: operation.rule.effect, status: status, at: Self.now)
            let authority = Authority.decide(
                known.principal, operation, .tenant(tenant, status, membership: nil),
                at: Self.now)
            let text = "seed \(seed): \(scopes) \(permission) \(status) \(operation)"
            switch authority {
            case .allow(let powers):
                #expect(decision.isAllowed && powers.holds(permission), "\(text)")
            case .deny(.permissionDenied):
                #expect(decision.decidedBy == .permission, "\(text)")
            case .deny(.tenantNotActive):
                #expect(decision.decidedBy == .tenantStatus, "\(text)")
            case .deny(let denial): Issue.record("\(denial): \(text)")
            }
        }
    }

    static func membership(_ generator: inout SplitMix) -> Membership? {
        guard let role = Role.allCases.randomElement(using: &generator),
            Int.random(in: 0..<10, using: &generator) > 0
        else { return nil }
        func some() -> Set<Permission> {
            Set(Permission.allCases.filter { _ in Int.random(in: 0..<6, using: &generator) == 0 })
        }
        let grants = (0..<Int.random(in: 0...3, using: &generator)).map { place in
            MemberGrant(
                role: Bool.random(using: &generator) ? "role\(place)" : nil, permissions: some(),
                expiresAt: [nil, before, after].randomElement(using: &generator) ?? nil)
        }
        return Membership(role: role, permissions: some(), grants: grants)
    }

    @Test("What is held for a time is given for no longer")
    func temporary() throws {
        let powers = Powers(
            Membership(
                role: .viewer, permissions: [.consume],
                grants: [
                    MemberGrant(role: nil, permissions: [.manageUsers], expiresAt: Self.after),
                    MemberGrant(role: "old", permissions: [.exportTenant], expiresAt: Self.before),
                    MemberGrant(role: "for-good", permissions: [.viewActivity], expiresAt: nil),
                ]), at: Self.now)
        #expect(powers.holds(.manageUsers) && !powers.holds(.exportTenant))
        try powers.checkGrant(permissions: [.consume, .viewActivity, .viewTenant])
        try powers.checkGrant(permissions: [.manageUsers], until: Self.after)
        for end in [nil, Timestamp(microseconds: 1_002)] {
            #expect(throws: DomainError.self) {
                try powers.checkGrant(permissions: [.manageUsers], until: end)
            }
        }
        #expect(!powers.reaches(.user) && powers.reaches(.viewer))
    }

    @Test("A question names a user or a key, and what it asks by rules")
    func questions() {
        func violated(
            _ user: String, _ key: Int64, _ permission: String, _ feature: String = "",
            _ address: String = ""
        ) -> [String] {
            var violations = FieldViolations()
            let question = AccessQuestion(
                userID: user, keyID: key, permission: permission, feature: feature,
                address: address, violations: &violations)
            #expect((question == nil) == !violations.all.isEmpty)
            return violations.all.map(\.field)
        }
        #expect(violated("u", 0, "consume", "trading", "::1") == [])
        #expect(violated("", 7, "consume") == [])
        #expect(violated("", 0, "consume") == ["user_id"])
        #expect(violated("u", 7, "consume") == ["user_id"])
        #expect(violated("", -7, "consume") == ["key_id"])
        #expect(
            violated("a b", 0, "fly", "a b", "here")
                == ["permission", "feature", "source_address", "user_id"])
    }

    @Test("The catalog's effects are what its names say")
    func effects() {
        for permission in Permission.allCases {
            #expect((permission.effect == .change) == Self.changes.contains(permission))
            #expect(!permission.summary.isEmpty)
        }
    }
}

extension Operation.Rule {
    /// The audience, but for what is asked by no user.
    fileprivate var plainAudience: Operation.Audience? {
        guard subject == .tenant, let permission = audience.permission else { return nil }
        return .tenant(permission)
    }
}
