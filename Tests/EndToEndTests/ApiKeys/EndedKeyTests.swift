internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("What is under way with a key", .serialized, .timeLimit(.minutes(5)))
struct EndedKeyTests {
    /// The call of a program that waits in the database while its key, or its tokens, end.
    enum Ending: CaseIterable, Sendable {
        case keyRevoked, keyLeaked, tokensRevoked, signingKeyRevoked

        var isOfTokens: Bool { self == .tokensRevoked || self == .signingKeyRevoked }

        func end(_ key: CreateApiKeyResponse, of code: String, _ services: Services) async throws {
            switch self {
            case .keyRevoked: try await services.revoke(key.keyId, of: code)
            case .keyLeaked: _ = try await services.apiKeys.reportLeak(.init(apiKey: key.apiKey))
            case .tokensRevoked:
                _ = try await services.tokens.revokeTokens(.init(tenantCode: code))
            case .signingKeyRevoked:
                let signing = try await services.tokens.getKeySet(.init()).keys.first
                _ = try await services.tokens.revokeSigningKey(
                    .init(keyId: signing?.kid ?? "", reason: "A test"))
            }
        }
    }

    private static let isWaiting = """
        EXISTS (SELECT FROM pg_stat_activity
            WHERE usename = 'tenancy_app' AND wait_event_type = 'Lock')
        """

    /// Lets a call wait for a lock, ends what it was made with, and lets it go on.
    private static func outcome(
        of call: @Sendable @escaping () async throws -> Void, waitingFor lock: String,
        in deployment: Deployment, while end: () async throws -> Void
    ) async throws -> RPCError.Code? {
        let lock = try await RowLock(lock, in: deployment)
        async let outcome = KeyFleet.code(of: call)
        try await deployment.waitUntil(isWaiting)
        // It waits for nothing that the call holds.
        try await end()
        try await lock.release()
        return await outcome
    }

    @Test("changes nothing once the call that ends it has returned", arguments: Ending.allCases)
    func changes(_ ending: Ending) async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("under-way")
            try await services.set("flag", "true", .feature, of: code)
            let key = try await services.createKey(of: code)
            let credential =
                ending.isOfTokens
                ? try await services.exchange(key.apiKey).accessToken : key.apiKey
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                let setting = try await Self.outcome(
                    of: {
                        try await program.set(
                            "flag", "false", .feature, of: code, options: .bearing(credential))
                    },
                    waitingFor: "SELECT FROM tenant_configurations FOR UPDATE", in: deployment
                ) { try await ending.end(key, of: code, services) }
                #expect(setting == .unauthenticated)
            }
            let log = try await deployment.activity(of: code, columns: "entity_type")
            #expect(log.filter { $0 == "configuration" }.count == 1, "\(log)")
        }
        try await deployment.shutdown()
    }

    @Test("makes no key, and takes no unit")
    func makings() async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("under-way")
            func end(_ key: CreateApiKeyResponse) async throws {
                try await services.revoke(key.keyId, of: code)
            }
            let maker = try await services.createKey(of: code, ["read", "manage_api_keys"])
            let taker = try await services.createKey(of: code, ["consume"])
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                let making = try await Self.outcome(
                    of: {
                        _ = try await program.apiKeys.createApiKey(
                            .init(tenantCode: code, keyName: "k", permissions: ["read"]),
                            options: .bearing(maker.apiKey))
                    }, waitingFor: "SELECT FROM tenants FOR SHARE", in: deployment
                ) { try await end(maker) }
                #expect(making == .unauthenticated)
                let taking = try await Self.outcome(
                    of: {
                        _ = try await program.quotas.consume(
                            .init(
                                tenantCode: code, resource: .apiCalls, amount: 5,
                                idempotencyKey: "once"), options: .bearing(taker.apiKey))
                    }, waitingFor: "SELECT FROM tenant_subscriptions FOR UPDATE", in: deployment
                ) { try await end(taker) }
                #expect(taking == .unauthenticated)
            }
            let keys = try await services.apiKeys.listApiKeys(.init(tenantCode: code)).apiKeys
            #expect(keys.map(\.keyId) == [maker.keyId, taker.keyId])
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.apiCalls?.current == 0)
        }
        try await deployment.shutdown()
    }

    @Test("ends itself all the same: a key may revoke and rotate itself")
    func itself() async throws {
        let deployment = try await Deployment.shared()
        let (code, key) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("itself")
            return (code, try await services.createKey(of: code, ["manage_api_keys"]))
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let token = try await program.exchange(key.apiKey).accessToken
            _ = try await program.tokens.revokeTokens(
                .init(tenantCode: code), options: .bearing(token))
            let rotated = try await program.apiKeys.rotateApiKey(
                .init(tenantCode: code, keyId: key.keyId), options: .bearing(key.apiKey))
            _ = try await program.apiKeys.revokeApiKey(
                .init(tenantCode: code, keyId: rotated.keyId), options: .bearing(rotated.apiKey))
            try await expectFailure(.unauthenticated) {
                try await program.apiKeys.listApiKeys(
                    .init(tenantCode: code), options: .bearing(rotated.apiKey))
            }
        }
    }

    @Test("is sent no more of an export")
    func export() async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("exported")
            let key = try await services.createKey(of: code, ["export_tenant"])
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                let outcome = try await Self.outcome(
                    of: {
                        for try await _ in try await program.tenants.exportTenant(
                            .init(tenantCode: code), options: .bearing(key.apiKey))
                        {}
                    },
                    waitingFor: "LOCK TABLE tenant_invitations IN ACCESS EXCLUSIVE MODE",
                    in: deployment
                ) { try await services.revoke(key.keyId, of: code) }
                #expect(outcome == .unauthenticated)
            }
        }
        try await deployment.shutdown()
    }

    @Test("is not let through after a wait for what another server holds of its hour")
    func recalled() async throws {
        try await KeyFleet.run { fleet, members in
            let (first, second, last) = (members[0], members[1], members[2])
            let services = second.administrator
            let code = try await services.createTenant("recalled")
            let key = try await services.createKey(of: code, rateLimit: 1_000)
            let other = try await services.createKey(of: code)
            #expect(try await last.administrator.verify(key.apiKey).valid)
            #expect(try await first.administrator.verify(other.apiKey).valid)
            kill(fleet.last.processID, SIGSTOP)
            async let batch = first.administrator.apiKeys.batchVerify(
                .init(requests: [
                    .init(apiKey: other.apiKey), .init(apiKey: key.apiKey, cost: 999),
                ]))
            try await fleet.deployment.waitUntil(
                "EXISTS (SELECT FROM tenant_quota_leases WHERE is_recalled)")
            async let revoked: Void = services.revoke(key.keyId, of: code)
            try await services.revoke(other.keyId, of: code)
            try await revoked
            kill(fleet.last.processID, SIGCONT)
            let verdicts = try await batch.results
            #expect(verdicts.count == 2 && !verdicts.contains { $0.valid })
        }
    }

    @Test("and with its successor on another server has one hour")
    func family() async throws {
        try await KeyFleet.run { _, members in
            let services = members[2].administrator
            let code = try await services.createTenant("family")
            let old = try await services.createKey(of: code, rateLimit: 60)
            let new = try await services.apiKeys.rotateApiKey(
                .init(tenantCode: code, keyId: old.keyId, overlapSeconds: 3_600))
            let admitted = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for (member, key) in [(members[0], old.apiKey), (members[1], new.apiKey)] {
                    for _ in 0..<3 {
                        tasks.addTask {
                            var admitted = 0
                            while try await member.administrator.verify(key).valid { admitted += 1 }
                            return admitted
                        }
                    }
                }
                return try await tasks.reduce(0, +)
            }
            #expect(1...60 ~= admitted)
        }
    }
}
