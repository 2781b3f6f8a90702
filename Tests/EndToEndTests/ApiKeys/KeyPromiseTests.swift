internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Every call about API keys", .timeLimit(.minutes(10)))
struct KeyPromiseTests {
    @Test("made again under its key has one effect", arguments: KeyCalls.changes)
    func again(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectOneEffect(services, in: deployment)
        }
    }

    @Test("that is only validated changes nothing", arguments: KeyCalls.changes)
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
            let own = try await services.createTenant("own")
            try await services.addUser("stranger", .admin, to: own)
            let key = try await services.createKey(
                of: own, ["read", "write", "view_api_keys", "manage_api_keys"]
            ).apiKey
            try await deployment.withTrustedService("foreign") { service in
                for call in KeyCalls.all {
                    try await call.expectForeignLikeAbsent(
                        services, service: service, options: .acting(for: "stranger"),
                        in: deployment)
                }
            }
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                // Neither does a key, whatever it asks for.
                for call in KeyCalls.all + UserCalls.reads + [UserCalls.addUser] {
                    try await call.expectForeignLikeAbsent(
                        services, service: program, options: .bearing(key), in: deployment)
                }
            }
        }
    }

    @Test("that takes away is served in whatever state the tenant is")
    func takingAway() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            for call in [KeyCalls.revokeApiKey, AccessCalls.revokeGrant] {
                let code = try await services.createTenantWithEveryRank("stopped")
                let made = try await call.prepare(services, code)
                _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
                _ = try await made(.init(services: services, code: code))
                let tokens = try await services.tokens.revokeTokens(.init(tenantCode: code))
                #expect(tokens.success)
            }
        }
    }

    @Test(
        "is refused while the tenant is suspended",
        arguments: [KeyCalls.listApiKeys, KeyCalls.createApiKey, KeyCalls.rotateApiKey])
    func suspended(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await deployment.withTrustedService("suspended") { service in
                try await call.expectRefusedWhileSuspended(services, service: service)
            }
        }
    }

    @Test("is the platform's or the tenant's: keys are verified for services only")
    func denied() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenantWithEveryRank("denied")
        }
        try await deployment.withTrustedService("denied") { service in
            for (user, _) in Services.ranks {
                try await expectFailure(.permissionDenied) {
                    try await service.apiKeys.verifyApiKey(
                        .init(apiKey: "x"), options: .acting(for: user))
                }
            }
            for call in KeyCalls.all {
                let made = try await call.prepare(service, code)
                try await expectFailure(.permissionDenied) {
                    try await made(
                        .init(services: service, code: code, options: .acting(for: "the-user")))
                }
                try await deployment.withServices(over: deployment.anonymousTLS) { nobody in
                    try await expectFailure(.unauthenticated) {
                        try await made(.init(services: nobody, code: code))
                    }
                }
            }
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { nobody in
            try await expectFailure(.unauthenticated) { try await nobody.verify("x") }
        }
    }
}
