internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Who calls", .timeLimit(.minutes(5)))
struct IdentityTests {
    @Test("is nobody without a certificate: only health answers")
    func anonymous() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: deployment.anonymousTLS) { services in
            #expect(try await services.health.check(.init()).status == .serving)
            try await expectEveryCallFails(.unauthenticated, services)
        }
    }

    @Test("is refused with a certificate of another trust domain")
    func otherTrustDomain() async throws {
        let deployment = try await Deployment.shared()
        let tls = try await deployment.clientTLS(
            name: "elsewhere", spiffeID: "spiffe://somewhere-else/admin/eve")
        try await deployment.withServices(over: tls) { services in
            try await expectEveryCallFails(.unauthenticated, services)
        }
    }

    @Test("is refused with a certificate that names neither administrator nor service")
    func otherPath() async throws {
        let deployment = try await Deployment.shared()
        let tls = try await deployment.clientTLS(
            name: "pathless", spiffeID: "spiffe://bfc-vyomo/robot/eve")
        try await deployment.withServices(over: tls) { services in
            try await expectEveryCallFails(.unauthenticated, services)
        }
    }

    @Test("cannot connect with a certificate of another authority")
    func otherAuthority() async throws {
        let deployment = try await Deployment.shared()
        let tls = try await deployment.clientTLS(
            name: "forged", spiffeID: "spiffe://bfc-vyomo/admin/dev", authority: "forger")
        try await deployment.withServices(over: tls) { services in
            _ = await #expect(throws: RPCError.self) {
                try await services.health.check(.init(), options: .init(timeout: .seconds(5)))
            }
        }
    }

    @Test("is a service: it asks and takes, and may not create or list tenants")
    func service() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("served")
        }
        let tls = try await deployment.clientTLS(
            name: "trading-engine", spiffeID: "spiffe://bfc-vyomo/service/trading-engine")
        try await deployment.withServices(over: tls) { services in
            #expect(try await services.consume(1, .apiCalls, of: code).current == 1)
            #expect(try await services.check(of: code).allowed)
            #expect(
                try await services.tenants.getTenant(.init(tenantCode: code)).tenant?.tenantCode
                    == code)
            try await expectFailure(.permissionDenied) {
                try await services.tenants.createTenant(
                    Examples.newTenant(code: Examples.code("denied")))
            }
            try await expectFailure(.permissionDenied) {
                try await services.tenants.listTenants(.init())
            }
        }
    }

    @Test("is a service with a list of its calls: it makes those, and no others for its users")
    func listedCalls() async throws {
        let deployment = try await Deployment(settings: [
            "TENANCY_SERVICE_CALLS": "desk=CheckQuota+Consume,desk=ListUsers,gateway=*"
        ])
        func tls(_ name: String) async throws -> ClientTLS {
            try await deployment.clientTLS(
                name: name, spiffeID: "spiffe://bfc-vyomo/service/\(name)")
        }
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("listed")
            try await services.addUser("ann", .admin, to: code)
            return code
        }
        let forAnn = CallOptions(metadata: Metadata([("bfc-actor", "ann")]))
        let newKey = CreateApiKeyRequest(
            tenantCode: code, keyName: "more", permissions: ["consume"])
        try await deployment.withServices(over: try await tls("desk")) { desk in
            #expect(try await desk.check(of: code).allowed)
            #expect(try await desk.consume(1, .apiCalls, of: code).current == 1)
            _ = try await desk.users.listUsers(.init(tenantCode: code), options: forAnn)
            try await expectFailure(.permissionDenied) {
                try await desk.tenants.getTenant(.init(tenantCode: code))
            }
            // What its user may decide, but not through this service.
            try await expectFailure(.permissionDenied) {
                try await desk.apiKeys.createApiKey(newKey, options: forAnn)
            }
        }
        try await deployment.withServices(over: try await tls("gateway")) { gateway in
            _ = try await gateway.tenants.getTenant(.init(tenantCode: code))
            _ = try await gateway.apiKeys.createApiKey(newKey, options: forAnn)
        }
        try await deployment.withServices(over: try await tls("unlisted")) { unlisted in
            try await expectFailure(.permissionDenied) { try await unlisted.check(of: code) }
            try await expectFailure(.permissionDenied) {
                try await unlisted.users.listUsers(.init(tenantCode: code), options: forAnn)
            }
        }
        try await deployment.shutdown()
    }

    @Test("is nobody when it is not certain for whom a service calls")
    func uncertainActor() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withTrustedService("forwarding") { services in
            for named in [["bfc-actor", "bfc-actor"], ["bfc-actor", "Bfc-Actor"], ["BFC-ACTOR"]] {
                let options = CallOptions(metadata: Metadata(named.map { ($0, "ann") }))
                let error = try await expectFailure(.invalidArgument) {
                    _ = try await services.tenants.getTenant(
                        .init(tenantCode: "default"), options: options)
                }
                #expect(error.message.contains("bfc-actor"))
            }
        }
    }

    @Test("is in the activity log")
    func actor() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: deployment.administratorTLS) {
            try await $0.createTenant("logged")
        }
        let actors = try await deployment.query(
            """
            SELECT DISTINCT actor FROM tenant_activity_logs l
            JOIN tenants t ON t.id = l.tenant_id WHERE t.tenant_code = '\(code)'
            """)
        #expect(actors.count == 1)
        #expect(actors.first?.contains("dev") == true, "\(actors)")
    }

    private func expectEveryCallFails(
        _ status: RPCError.Code, _ services: Services
    ) async throws {
        try await expectFailure(status) {
            try await services.tenants.createTenant(
                Examples.newTenant(code: Examples.code("nobody")))
        }
        try await expectFailure(status) {
            try await services.tenants.getTenant(.init(tenantCode: "default"))
        }
        try await expectFailure(status) { try await services.tenants.listTenants(.init()) }
        try await expectFailure(status) {
            try await services.quotas.getQuotas(.init(tenantCode: "default"))
        }
        try await expectFailure(status) { try await services.check(of: "default") }
        try await expectFailure(status) { try await services.consume(1, .users, of: "default") }
    }
}
