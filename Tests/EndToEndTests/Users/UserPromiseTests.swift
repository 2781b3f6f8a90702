internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Every call about users", .timeLimit(.minutes(10)))
struct UserPromiseTests {
    @Test("made again under its key has one effect", arguments: UserCalls.changes)
    func again(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectOneEffect(services, in: deployment)
        }
    }

    @Test("that is only validated changes nothing", arguments: UserCalls.changes)
    func validated(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectNoEffectWhenValidated(services, in: deployment)
        }
    }

    @Test("finds a foreign tenant as little as an absent one")
    func foreign() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            // An administrator of another tenant.
            let own = try await services.createTenant("own")
            try await services.addUser("stranger", .admin, to: own)
            try await deployment.withTrustedService("foreign") { service in
                // A login is a user's own, and so is asked for by the user it names.
                for call in UserCalls.all
                where !["AcceptInvitation", "RecordLogin", "RecordLogout"].contains(call.name) {
                    try await call.expectForeignLikeAbsent(
                        services, service: service, options: .acting(for: "stranger"),
                        in: deployment)
                }
                for call in [UserCalls.recordLogin, UserCalls.recordLogout] {
                    try await call.expectAbsentWithoutMembership(
                        service, in: own, user: "the-user")
                }
            }
        }
    }

    @Test("is refused while the tenant is suspended", arguments: UserCalls.all)
    func suspended(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await deployment.withTrustedService("suspended") { service in
                try await call.expectRefusedWhileSuspended(services, service: service)
            }
        }
    }

    @Test("is refused to nobody in particular", arguments: UserCalls.all)
    func anonymous(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("closed")
            let made = try await call.prepare(services, code)
            try await deployment.withServices(over: deployment.anonymousTLS) { nobody in
                try await expectFailure(.unauthenticated) {
                    try await made(.init(services: nobody, code: code))
                }
            }
        }
    }

    @Test("names the user that is not there")
    func absentUser() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("empty")
            let users = services.users
            let calls: [() async throws -> Void] = [
                {
                    _ = try await users.updateUser(
                        .init(
                            tenantCode: code, userId: "u", updateMask: .init(paths: ["email"])))
                },
                { _ = try await users.removeUser(.init(tenantCode: code, userId: "u")) },
                { _ = try await users.recordLogin(.init(tenantCode: code, userId: "u")) },
                { _ = try await users.recordLogout(.init(tenantCode: code, userId: "u")) },
            ]
            for call in calls {
                let error = try await expectFailure(.notFound) { try await call() }
                #expect(error.message == "no such user")
            }
        }
    }

    @Test("on a version that is gone is ABORTED")
    func version() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("versions")
            try await services.addUser("u", to: code)
            let update = UpdateUserRequest(
                tenantCode: code, userId: "u", updateMask: .init(paths: ["email"]),
                email: "u@example.com", expectedVersion: 1)
            _ = try await services.users.updateUser(update)
            for call in [
                { _ = try await services.users.updateUser(update) },
                {
                    _ = try await services.users.removeUser(
                        .init(tenantCode: code, userId: "u", expectedVersion: 1))
                },
            ] {
                let error = try await expectFailure(.aborted) { try await call() }
                #expect(try error.errorInfo?.reason == "VERSION_MISMATCH")
            }
        }
    }

    @Test("names every field that breaks a rule")
    func fields() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let users = services.users
            let calls: [(Set<String>, () async throws -> Void)] = [
                (
                    ["tenant_code", "user_id", "role", "permissions", "email"],
                    {
                        _ = try await users.addUser(
                            .init(userId: "no user", permissions: ["fly"], email: "nobody"))
                    }
                ),
                (
                    ["tenant_id", "user_id", "update_mask", "expected_version"],
                    {
                        _ = try await users.updateUser(
                            .init(tenantId: -1, userId: "", expectedVersion: -1))
                    }
                ),
                (
                    ["user_id", "expected_version", "idempotency_key"],
                    {
                        _ = try await users.removeUser(
                            .init(
                                tenantId: 1, userId: "", expectedVersion: -1,
                                idempotencyKey: " "))
                    }
                ),
                (
                    ["email", "role", "valid_seconds"],
                    {
                        _ = try await users.inviteUser(
                            .init(tenantId: 1, email: "", validSeconds: 59))
                    }
                ),
                (
                    ["user_id", "invitation_token"],
                    { _ = try await users.acceptInvitation(.init(tenantId: 1)) }
                ),
                (["invitation_id"], { _ = try await users.revokeInvitation(.init(tenantId: 1)) }),
            ]
            for (fields, call) in calls {
                let error = try await expectFailure(.invalidArgument) { try await call() }
                #expect(try Set(error.violatedFields) == fields)
            }
        }
    }
}

extension TenantCall {
    /// A user who asks for themselves, where they are no member.
    func expectAbsentWithoutMembership(
        _ service: Services, in code: String, user: String
    ) async throws {
        let call = try await prepare(service, code)
        var terms = Terms(services: service, code: code, options: .acting(for: user))
        let foreign = try await expectFailure(.notFound) { try await call(terms) }
        terms.code = Examples.code("absent")
        let absent = try await expectFailure(.notFound) { try await call(terms) }
        #expect(foreign.message == absent.message && foreign.details == absent.details)
    }
}
