internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A service that calls for a user", .timeLimit(.minutes(5)))
struct RankTests {
    typealias Call = @Sendable (TenantCall.Terms) async throws -> Void

    /// Calls that everyone of a rank may make, and nobody below it.
    static let calls: [(least: Role, name: String, call: Call)] = [
        (.viewer, "ListUsers", listUsers), (.viewer, "GetTenant", getTenant),
        (.user, "Consume", consume), (.manager, "AddUser", addUser),
    ]

    static let listUsers: Call = {
        _ = try await $0.services.users.listUsers(
            .init(tenantCode: $0.code), options: $0.options)
    }

    static let getTenant: Call = {
        _ = try await $0.services.tenants.getTenant(
            .init(tenantCode: $0.code), options: $0.options)
    }

    static let consume: Call = {
        _ = try await $0.services.quotas.consume(
            .init(tenantCode: $0.code, resource: .apiCalls, amount: 1), options: $0.options)
    }

    static let addUser: Call = {
        try await $0.services.addUser(
            Examples.code("u"), .viewer, to: $0.code, options: $0.options)
    }

    @Test("may do for them what their rank may, and no more")
    func ranks() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenantWithEveryRank("ranks")
        }
        try await deployment.withTrustedService("ranks") { service in
            for (place, (user, role)) in Services.ranks.enumerated() {
                let terms = TenantCall.Terms(
                    services: service, code: code, options: .acting(for: user))
                for (least, name, call) in Self.calls {
                    // Ranks stand highest first.
                    if place <= (Services.ranks.firstIndex { $0.role == least } ?? 0) {
                        try await call(terms)
                    } else {
                        try await expectFailure(.permissionDenied, "\(name) by \(role)") {
                            try await call(terms)
                        }
                    }
                }
            }
        }
    }

    @Test("may do nothing for who is no member, not even learn that there is a tenant")
    func noMember() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenantWithEveryRank("closed")
        }
        try await deployment.withTrustedService("no-member") { service in
            var terms = TenantCall.Terms(
                services: service, code: code, options: .acting(for: "nobody"))
            for (_, name, call) in Self.calls {
                terms.code = code
                let foreign = try await expectFailure(.notFound, "\(name)") {
                    try await call(terms)
                }
                terms.code = Examples.code("absent")
                let absent = try await expectFailure(.notFound) { try await call(terms) }
                #expect(foreign.message == absent.message)
            }
        }
    }

    @Test("may not do for them what only the platform may")
    func platform() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenantWithEveryRank("platform")
        }
        try await deployment.withTrustedService("platform") { service in
            let options = CallOptions.acting(for: "the-admin")
            try await expectFailure(.permissionDenied) {
                try await service.tenants.listTenants(.init(), options: options)
            }
            try await expectFailure(.permissionDenied) {
                try await service.tenants.createTenant(
                    Examples.newTenant(code: Examples.code("no")), options: options)
            }
            try await expectFailure(.permissionDenied) {
                try await service.users.acceptInvitation(
                    .init(tenantCode: code, invitationToken: "x", userId: "the-admin"),
                    options: options)
            }
            // Somebody else's login.
            for call in [UserCalls.recordLogin, UserCalls.recordLogout] {
                let made = try await call.prepare(service, code)
                try await expectFailure(.permissionDenied) {
                    try await made(.init(services: service, code: code, options: options))
                }
                _ = try await made(
                    .init(services: service, code: code, options: .acting(for: "the-user")))
            }
        }
    }

    @Test("gives nobody a rank or a permission above the user's own")
    func above() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("above")
            try await services.addUser("second-admin", .admin, to: code)
            return code
        }
        let invitation = try await deployment.withServices(over: .unix) { services in
            try await InvitationTests.invite(
                services, to: code, email: "boss@example.com", role: .admin
            ).invitation
        }
        try await deployment.withTrustedService("above") { service in
            let users = service.users
            let options = CallOptions.acting(for: "the-manager")
            let mask = Google_Protobuf_FieldMask(paths: ["role", "permissions"])
            let refused: [() async throws -> Void] = [
                { try await service.addUser("a", .admin, to: code, options: options) },
                {
                    try await service.addUser(
                        "a", .viewer, permissions: ["manage_api_keys"], to: code,
                        options: options)
                },
                {
                    _ = try await users.updateUser(
                        .init(
                            tenantCode: code, userId: "the-manager", updateMask: mask,
                            role: .admin), options: options)
                },
                {
                    _ = try await users.updateUser(
                        .init(
                            tenantCode: code, userId: "the-user", updateMask: mask, role: .user,
                            permissions: ["verify_audit"]), options: options)
                },
                {
                    _ = try await users.updateUser(
                        .init(
                            tenantCode: code, userId: "the-admin", updateMask: mask,
                            role: .viewer), options: options)
                },
                {
                    _ = try await users.removeUser(
                        .init(tenantCode: code, userId: "the-admin"), options: options)
                },
                {
                    _ = try await users.inviteUser(
                        .init(tenantCode: code, email: "a@example.com", role: .admin),
                        options: options)
                },
                {
                    _ = try await users.revokeInvitation(
                        .init(tenantCode: code, invitationId: invitation?.id ?? 0),
                        options: options)
                },
            ]
            let before = try await deployment.fingerprint(of: code)
            for call in refused { try await expectFailure(.permissionDenied) { try await call() } }
            #expect(try await deployment.fingerprint(of: code) == before)
            // An equal may be removed, and who is below may be raised to one's own rank.
            _ = try await users.removeUser(
                .init(tenantCode: code, userId: "the-admin"),
                options: .acting(for: "second-admin"))
            _ = try await users.updateUser(
                .init(
                    tenantCode: code, userId: "the-user", updateMask: mask, role: .manager,
                    permissions: ["manage_config"]), options: options)
        }
    }

    @Test("notices a change of rank at once")
    func atOnce() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("changing")
            try await deployment.withTrustedService("at-once") { service in
                for role in [Role.viewer, .manager, .user, .admin] {
                    _ = try await services.users.updateUser(
                        .init(
                            tenantCode: code, userId: "the-manager",
                            updateMask: .init(paths: ["role"]), role: role))
                    func add() async throws {
                        try await service.addUser(
                            Examples.code("u"), .viewer, to: code,
                            options: .acting(for: "the-manager"))
                    }
                    if role == .manager || role == .admin {
                        try await add()
                    } else {
                        try await expectFailure(.permissionDenied) { try await add() }
                    }
                }
                _ = try await services.users.removeUser(
                    .init(tenantCode: code, userId: "the-manager"))
                try await expectFailure(.notFound) {
                    try await service.users.listUsers(
                        .init(tenantCode: code), options: .acting(for: "the-manager"))
                }
            }
        }
    }

    @Test("is in the log as the user")
    func log() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenantWithEveryRank("named")
        }
        try await deployment.withTrustedService("named") { service in
            try await service.addUser(
                "u", .viewer, to: code, options: .acting(for: "the-manager"))
        }
        #expect(
            try await deployment.activity(of: code, columns: "actor, entity_id").last
                == "user:the-manager|u")
    }

    @Test("is a service: nobody else may name a user, and no service may name nonsense")
    func others() async throws {
        let deployment = try await Deployment.shared()
        let options = CallOptions.acting(for: "the-admin")
        for way in Way.allCases {
            try await deployment.withServices(over: way) { services in
                try await expectFailure(.permissionDenied) {
                    try await services.tenants.getTenant(
                        .init(tenantCode: "default"), options: options)
                }
            }
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { services in
            try await expectFailure(.unauthenticated) {
                try await services.tenants.getTenant(
                    .init(tenantCode: "default"), options: options)
            }
        }
        try await deployment.withTrustedService("nonsense") { service in
            try await expectFailure(.invalidArgument) {
                try await service.tenants.getTenant(
                    .init(tenantCode: "default"), options: .acting(for: "no user"))
            }
        }
    }
}
