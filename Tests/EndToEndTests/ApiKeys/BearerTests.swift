internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

@Suite("A program that calls with an API key", .timeLimit(.minutes(5)))
struct BearerTests {
    @Test("may do in its tenant what the key allows, and is in the log by it")
    func allowed() async throws {
        let deployment = try await Deployment.shared()
        let (code, made) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("program")
            return (code, try await services.createKey(of: code))
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let options = CallOptions.bearing(made.apiKey)
            let answer = try await program.quotas.consume(
                .init(tenantCode: code, resource: .apiCalls, amount: 1), options: options)
            #expect(answer.current == 1)
            _ = try await program.tenants.getTenant(.init(tenantCode: code), options: options)
            try await program.addUser("by-key", .viewer, to: code, options: options)
            // A key is worth no more than the rank whose every permission it has.
            try await expectFailure(.permissionDenied) {
                try await program.addUser("boss", .manager, to: code, options: options)
            }
            try await expectFailure(.permissionDenied) {
                try await program.users.removeUser(
                    .init(tenantCode: code, userId: "the-manager"), options: options)
            }
            for call in [KeyCalls.listApiKeys, KeyCalls.createApiKey] {
                try await expectFailure(.permissionDenied) {
                    let made = try await call.prepare(program, code)
                    _ = try await made(.init(services: program, code: code, options: options))
                }
            }
            try await expectFailure(.permissionDenied) {
                try await program.tenants.listTenants(.init(), options: options)
            }
            try await expectFailure(.permissionDenied) {
                try await program.users.recordLogin(
                    .init(tenantCode: code, userId: "the-user"), options: options)
            }
            try await expectFailure(.permissionDenied) {
                try await program.apiKeys.verifyApiKey(
                    .init(apiKey: made.apiKey), options: options)
            }
        }
        #expect(
            try await deployment.activity(of: code, columns: "actor, entity_id").last
                == "api_key:\(made.keyId)|by-key")
    }

    @Test("or with a token for one gives nobody more than the key is")
    func gifts() async throws {
        let deployment = try await Deployment.shared()
        let end = Google_Protobuf_Timestamp(seconds: 4_000_000_000)
        let later = Google_Protobuf_Timestamp(seconds: 4_000_000_001)
        let (code, made) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("gifts")
            let made = try await services.apiKeys.createApiKey(
                .init(
                    tenantCode: code, keyName: "giver",
                    permissions: ["read", "write", "manage_api_keys"], rateLimit: 1_000,
                    allowedIps: ["127.0.0.0/8"], expiresAt: end))
            return (code, made)
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let token = try await program.exchange(made.apiKey).accessToken
            for options in [CallOptions.bearing(made.apiKey), .bearing(token)] {
                func make(
                    _ permissions: [String] = ["read"], rateLimit: UInt64 = 1_000,
                    allowedIps: [String] = ["127.0.0.1"], expiresAt: Google_Protobuf_Timestamp?
                ) async throws {
                    _ = try await program.apiKeys.createApiKey(
                        .init(
                            tenantCode: code, keyName: "given", permissions: permissions,
                            rateLimit: rateLimit, allowedIps: allowedIps, expiresAt: expiresAt),
                        options: options)
                }
                try await make(expiresAt: end)
                for attempt in [
                    { try await make(expiresAt: nil) }, { try await make(expiresAt: later) },
                    { try await make(["export_tenant"], expiresAt: end) },
                    { try await make(rateLimit: 1_001, expiresAt: end) },
                    { try await make(allowedIps: [], expiresAt: end) },
                    { try await make(allowedIps: ["127.0.0.1", "10.0.0.1"], expiresAt: end) },
                    {
                        _ = try await program.apiKeys.rotateApiKey(
                            .init(tenantCode: code, keyId: made.keyId, expiresAt: later),
                            options: options)
                    },
                    { try await program.addUser("eve", .viewer, to: code, options: options) },
                    {
                        _ = try await program.access.createGrant(
                            .init(
                                tenantCode: code, userId: "the-viewer", permission: "consume",
                                expiresAt: later), options: options)
                    },
                ] as [() async throws -> Void] {
                    try await expectFailure(.permissionDenied) { try await attempt() }
                }
                _ = try await program.access.createGrant(
                    .init(
                        tenantCode: code, userId: "the-viewer", permission: "consume",
                        expiresAt: end), options: options)
            }
            // The successor of a key is no more than the key.
            _ = try await program.apiKeys.rotateApiKey(
                .init(tenantCode: code, keyId: made.keyId), options: .bearing(made.apiKey))
        }
    }

    @Test("through the client's credentials, with the scheme in either case")
    func credentials() async throws {
        let deployment = try await Deployment.shared()
        let (code, key) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("credentials")
            return (code, try await services.createKey(of: code, ["view_tenant"]).apiKey)
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            for value in ["Bearer \(key)", "bearer \(key)", "BEARER \(key)"] {
                let options = CallOptions(metadata: Metadata([("authorization", value)]))
                _ = try await program.tenants.getTenant(
                    .init(tenantCode: code), options: options)
            }
        }
    }

    @Test("is nobody with a key that does not work, whatever is wrong with it")
    func refused() async throws {
        let deployment = try await Deployment.shared()
        let (code, keys) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("refused-key")
            let revoked = try await services.createKey(of: code)
            try await services.revoke(revoked.keyId, of: code)
            let expired = try await services.createKey(of: code)
            try await deployment.expire(expired.keyId)
            let elsewhere = try await services.createKey(of: code, allowedIps: ["203.0.113.7"])
            return (
                code,
                [
                    "x", "", revoked.apiKey, expired.apiKey, elsewhere.apiKey,
                    revoked.apiKey + "0", String(repeating: "k", count: 10_000),
                ]
            )
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let nobody = try await expectFailure(.unauthenticated) {
                try await program.tenants.getTenant(.init(tenantCode: code))
            }
            for value in keys.map({ "Bearer \($0)" }) + ["Basic x", "Bearer", keys[2]] {
                let options = CallOptions(metadata: Metadata([("authorization", value)]))
                let error = try await expectFailure(.unauthenticated) {
                    try await program.tenants.getTenant(
                        .init(tenantCode: code), options: options)
                }
                #expect(error.message == nobody.message && error.details == nobody.details)
            }
        }
    }

    @Test("may call from the addresses that the key allows")
    func address() async throws {
        let deployment = try await Deployment.shared()
        let (code, key) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("local-key")
            return (
                code,
                try await services.createKey(
                    of: code, allowedIps: ["127.0.0.0/8", "::1"]
                ).apiKey
            )
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            _ = try await program.tenants.getTenant(
                .init(tenantCode: code), options: .bearing(key))
        }
    }

    @Test("takes one of the key's hour with each call, and hears when it is used up")
    func rate() async throws {
        let deployment = try await Deployment.shared()
        let (code, key) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("hourly")
            return (code, try await services.createKey(of: code, rateLimit: 3).apiKey)
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            func get() async throws {
                _ = try await program.tenants.getTenant(
                    .init(tenantCode: code), options: .bearing(key))
            }
            // What is open to everybody costs nothing.
            _ = try await program.health.check(.init(), options: .bearing(key))
            for _ in 0..<3 { try await get() }
            let error = try await expectFailure(.resourceExhausted) { try await get() }
            #expect(try error.errorInfo?.reason == "API_KEY_RATE_EXCEEDED")
            #expect(1...3_600 ~= (try error.retryInfo?.retryDelay?.seconds ?? 0))
        }
    }

    @Test("takes a call and units together, or neither")
    func takesBoth() async throws {
        let deployment = try await Deployment.shared()
        let (code, rare, poor) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("both-limits")
            let rare = try await services.createKey(of: code, rateLimit: 3).apiKey
            return (code, rare, try await services.createKey(of: code, rateLimit: 5).apiKey)
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            func consume(
                _ key: String, _ amount: UInt64, _ durability: Durability = .leased
            ) async throws -> ConsumeResponse {
                try await program.quotas.consume(
                    ConsumeRequest(
                        tenantCode: code, resource: .apiCalls, amount: amount,
                        durability: durability), options: .bearing(key))
            }
            // What the month refuses leaves the hour as it was.
            for durability in [Durability.leased, .committed] {
                for _ in 0..<6 {
                    let error = try await expectFailure(.resourceExhausted) {
                        try await consume(poor, 10_001, durability)
                    }
                    #expect(try error.errorInfo?.reason == "QUOTA_EXCEEDED")
                    #expect(try error.errorInfo?.metadata["resource"] == "api_calls")
                    #expect(try error.retryInfo != nil)
                }
                #expect(try await consume(poor, 1, durability).max == 10_000)
            }
            // What the hour refuses leaves the month as it was.
            for turn in 0..<3 {
                #expect(try await consume(rare, 1).current == UInt64(turn + 3))
            }
            for durability in [Durability.leased, .committed] {
                let error = try await expectFailure(.resourceExhausted) {
                    try await consume(rare, 100, durability)
                }
                #expect(try error.errorInfo?.reason == "API_KEY_RATE_EXCEEDED")
                #expect(1...3_600 ~= (try error.retryInfo?.retryDelay?.seconds ?? 0))
            }
            #expect(try await consume(poor, 1).current == 6)
            // A call that never comes to the decision is a call of the key all the same.
            try await expectFailure(.invalidArgument) { try await consume(poor, 0) }
            #expect(try await consume(poor, 1).current == 7)
            let error = try await expectFailure(.resourceExhausted) { try await consume(poor, 0) }
            #expect(try error.errorInfo?.reason == "API_KEY_RATE_EXCEEDED")
        }
    }

    @Test("works for a tenant, and not while that is suspended")
    func suspended() async throws {
        let deployment = try await Deployment.shared()
        let (code, key) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("paused-key")
            let key = try await services.createKey(of: code).apiKey
            _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
            return (code, key)
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let error = try await expectFailure(.failedPrecondition) {
                try await program.tenants.getTenant(
                    .init(tenantCode: code), options: .bearing(key))
            }
            #expect(try error.errorInfo?.reason == "TENANT_NOT_ACTIVE")
        }
    }

    @Test("is not asked for where the connection names somebody")
    func named() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            _ = try await services.tenants.listTenants(
                .init(pageSize: 1), options: .bearing("nonsense"))
        }
    }
}
