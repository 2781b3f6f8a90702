internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Every call about access", .timeLimit(.minutes(10)))
struct AccessPromiseTests {
    @Test("made again under its key has one effect", arguments: AccessCalls.changes)
    func again(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectOneEffect(services, in: deployment)
        }
    }

    @Test("that is only validated changes nothing", arguments: AccessCalls.changes)
    func validated(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectNoEffectWhenValidated(services, in: deployment)
        }
    }

    @Test("finds a foreign tenant as little as an absent one", arguments: AccessCalls.all)
    func foreign(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let own = try await services.createTenant("own")
            try await services.addUser("stranger", .admin, to: own)
            try await deployment.withTrustedService("foreign") { service in
                try await call.expectForeignLikeAbsent(
                    services, service: service, options: .acting(for: "stranger"),
                    in: deployment)
            }
        }
    }

    @Test(
        "is refused while the tenant is suspended",
        arguments: (AccessCalls.changes + AccessCalls.reads).filter { $0.name != "RevokeGrant" })
    func suspended(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await deployment.withTrustedService("suspended") { service in
                try await call.expectRefusedWhileSuspended(services, service: service)
            }
        }
    }
}
