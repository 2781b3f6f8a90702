internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Every call about subscriptions and usage", .timeLimit(.minutes(10)))
struct SubscriptionPromiseTests {
    @Test("made again under its key has one effect", arguments: SubscriptionCalls.changes)
    func again(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectOneEffect(services, in: deployment)
        }
    }

    @Test("that is only validated changes nothing", arguments: SubscriptionCalls.changes)
    func validated(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectNoEffectWhenValidated(services, in: deployment)
        }
    }

    @Test("finds a foreign tenant as little as an absent one", arguments: SubscriptionCalls.all)
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

    @Test("is refused while the tenant is suspended", arguments: SubscriptionCalls.all)
    func suspended(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await deployment.withTrustedService("suspended") { service in
                // A service changes no subscription at all; an administrator would.
                try await call.expectRefusedWhileSuspended(
                    services, service: call.isChange ? services : service)
            }
        }
    }

    @Test("is refused to nobody in particular", arguments: SubscriptionCalls.all)
    func anonymous(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("closed")
            let made = try await call.prepare(services, code)
            try await deployment.withServices(over: deployment.anonymousTLS) { nobody in
                try await expectFailure(.unauthenticated) {
                    try await made(.init(services: nobody, code: code))
                }
                try await expectFailure(.unauthenticated) {
                    try await nobody.subscriptions.listPlans(.init())
                }
            }
        }
    }

    @Test("is for those of the tenant who hold its permission", arguments: SubscriptionCalls.all)
    func ranks(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("ranked")
            let made = try await call.prepare(services, code)
            try await deployment.withTrustedService("ranked") { service in
                var terms = TenantCall.Terms(
                    services: service, code: code, options: .acting(for: "the-admin"))
                terms.validateOnly = true
                _ = try await made(terms)
                guard call.isChange else { return }
                for user in ["the-user", "the-viewer"] {
                    terms.options = .acting(for: user)
                    try await expectFailure(.permissionDenied) { try await made(terms) }
                }
                // In its own name a service decides nothing for a tenant.
                terms.options = .defaults
                try await expectFailure(.permissionDenied) { try await made(terms) }
            }
        }
    }
}
