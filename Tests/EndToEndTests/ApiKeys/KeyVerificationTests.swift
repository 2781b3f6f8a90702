internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("An API key that is verified", .timeLimit(.minutes(5)))
struct KeyVerificationTests {
    @Test("is whose it is, and takes from its hour what it costs")
    func valid() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withTrustedService("verifying") { services in
            let code = try await services.createTenantThroughAdministrator("valid", deployment)
            let made = try await services.createKey(of: code, rateLimit: 10)
            let first = try await services.verify(
                made.apiKey, permission: "consume", from: "192.0.2.1")
            #expect(first.valid && first.refusal == .unspecified)
            #expect(first.tenantCode == code && first.keyId == made.keyId)
            #expect(first.keyName == "Production API" && first.permissions == ["read", "write"])
            #expect(first.rateLimit == 10 && first.rateRemaining == 9)
            #expect(first.retryAfterSeconds == 0)
            #expect((first.rateResetsAt?.seconds ?? 1) % 3_600 == 0)
            #expect(try await services.verify(made.apiKey, cost: 8).rateRemaining == 1)
            let refused = try await services.verify(made.apiKey, cost: 2)
            #expect(refused.refusal == .rateLimited && !refused.valid)
            #expect(refused.rateRemaining == 1 && 1...3_600 ~= refused.retryAfterSeconds)
            #expect(try await services.verify(made.apiKey).rateRemaining == 0)
        }
    }

    @Test("is answered from memory, while nobody can ask for what it is decided by")
    func fromMemory() async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("from-memory")
            let warm = try await services.createKey(of: code, ["read"], rateLimit: 1_000_000)
            let cold = try await services.createKey(of: code)
            // What is remembered is forgotten when a change comes in, such as that of making these
            // keys, and when the machine stands still for a second: then it is warmed up again.
            try await deployment.eventually {
                // Its hour is drawn ahead in blocks, which grow with use.
                for _ in 0..<200 { #expect(try await services.verify(warm.apiKey).valid) }
                let lock = try await RowLock(
                    "LOCK TABLE tenants, tenant_api_keys, tenant_api_key_windows",
                    in: deployment)
                let isAnswered = try await Self.verifyOften(warm, services)
                // What is not in memory has to be asked for, and waits.
                try await expectFailure(.deadlineExceeded) {
                    _ = try await services.apiKeys.verifyApiKey(
                        .init(apiKey: cold.apiKey), options: .init(timeout: .milliseconds(200)))
                }
                try await lock.release()
                return isAnswered
            }
            #expect(try await services.verify(cold.apiKey).valid)
        }
        try await deployment.shutdown()
    }

    /// Whether a key is verified, and refused, many times over before a deadline passes.
    private static func verifyOften(
        _ key: CreateApiKeyResponse, _ services: Services
    ) async throws -> Bool {
        let options = CallOptions(timeout: .seconds(2))
        do throws(RPCError) {
            for _ in 0..<10 {
                let seen = try await services.apiKeys.verifyApiKey(
                    .init(apiKey: key.apiKey, permission: "view_tenant"), options: options)
                #expect(seen.valid && seen.keyId == key.keyId)
                let answers = try await services.apiKeys.batchVerify(
                    .init(requests: [
                        .init(apiKey: key.apiKey), .init(apiKey: key.apiKey, permission: "consume"),
                    ]), options: options)
                #expect(
                    answers.results.map(\.refusal) == [.unspecified, .permissionMissing])
            }
            return true
        } catch {
            #expect(error.code == .deadlineExceeded, "\(error)")
            return false
        }
    }

    @Test("shows when it was last used")
    func lastUsed() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("last-used")
            let made = try await services.createKey(of: code)
            let unused = try await services.createKey(of: code)
            let before = try await services.verify(made.apiKey)
            #expect(before.valid)
            // It is written down for all keys together, a few times a minute.
            try await deployment.eventually {
                let keys = try await services.apiKeys.listApiKeys(.init(tenantCode: code)).apiKeys
                #expect(keys.first { $0.keyId == unused.keyId }?.lastUsedAt == nil)
                guard let used = keys.first(where: { $0.keyId == made.keyId })?.lastUsedAt else {
                    return false
                }
                // To the minute, and in the hour that it took from.
                #expect(used.seconds % 60 == 0 && used.nanos == 0)
                let end = try #require(before.rateResetsAt?.seconds)
                #expect((end - 3_600)..<(end + 60) ~= used.seconds)
                return true
            }
        }
    }

    @Test("is verified among many, in their order")
    func batch() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("batch")
            let other = try await services.createTenant("batch")
            let first = try await services.createKey(of: code, rateLimit: 3)
            let second = try await services.createKey(of: other, ["read"])
            let revoked = try await services.createKey(of: other)
            try await services.revoke(revoked.keyId, of: other)
            let answers = try await services.apiKeys.batchVerify(
                .init(requests: [
                    .init(apiKey: first.apiKey, cost: 2), .init(apiKey: "x"),
                    .init(apiKey: second.apiKey, permission: "consume"),
                    .init(apiKey: first.apiKey, cost: 2), .init(apiKey: revoked.apiKey),
                    .init(apiKey: first.apiKey), .init(apiKey: second.apiKey),
                ])
            ).results
            #expect(
                answers.map(\.refusal) == [
                    .unspecified, .unknown, .permissionMissing, .rateLimited, .revoked,
                    .unspecified, .unspecified,
                ])
            #expect(
                answers.map(\.keyId) == [
                    first.keyId, 0, second.keyId, first.keyId, revoked.keyId, first.keyId,
                    second.keyId,
                ])
            #expect(answers[1] == VerifyApiKeyResponse(refusal: .unknown))
            #expect(answers[0].principal == "api_key:\(first.keyId)")
            #expect(answers.map(\.valid) == answers.map { $0.refusal == .unspecified })
            let error = try await expectFailure(.invalidArgument) {
                try await services.apiKeys.batchVerify(
                    .init(requests: [
                        .init(apiKey: first.apiKey), .init(apiKey: "", cost: 1_000_001),
                        .init(apiKey: "x", permission: "fly"),
                    ]))
            }
            #expect(
                try error.violatedFields == [
                    "requests[1].api_key", "requests[1].cost", "requests[2].permission",
                ])
            for count in [0, 101] {
                let error = try await expectFailure(.invalidArgument) {
                    try await services.apiKeys.batchVerify(
                        .init(
                            requests: [VerifyApiKeyRequest](
                                repeating: .init(apiKey: first.apiKey), count: count)))
                }
                #expect(try error.violatedFields == ["requests"])
            }
            // What was refused has taken nothing.
            #expect(try await services.verify(first.apiKey).refusal == .rateLimited)
        }
    }

    @Test("has exactly its rate, however many ask at once")
    func rate() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("rated")
            let key = try await services.createKey(of: code, rateLimit: 50).apiKey
            let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<120 { group.addTask { try await services.verify(key).valid } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(admitted == 50)
        }
    }

    @Test("has another rate as soon as that is changed")
    func changedRate() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("rerated")
            let made = try await services.createKey(of: code, rateLimit: 100)
            #expect(try await services.verify(made.apiKey, cost: 20).rateRemaining == 80)
            func change(_ limit: UInt64) async throws {
                _ = try await deployment.query(
                    """
                    UPDATE tenant_api_keys SET rate_limit = \(limit)
                    WHERE key_id = \(made.keyId)
                    """)
                try await deployment.eventually {
                    try await services.verify(made.apiKey, cost: 200).rateLimit == limit
                }
            }
            try await change(30)
            let refused = try await services.verify(made.apiKey, cost: 11)
            #expect(refused.refusal == .rateLimited && refused.rateRemaining == 10)
            try await change(120)
            #expect(try await services.verify(made.apiKey, cost: 100).rateRemaining == 0)
            #expect(try await services.verify(made.apiKey).refusal == .rateLimited)
        }
    }

    @Test("is refused for what is wrong with it, and takes nothing then")
    func refused() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("refusing")
            let made = try await services.createKey(
                of: code, ["read"], allowedIps: ["192.0.2.0/24", "2001:db8::/32"])
            func verify(_ permission: String, _ address: String) async throws -> ApiKeyRefusal {
                let answer = try await services.verify(
                    made.apiKey, permission: permission, from: address)
                #expect(answer.valid == (answer.refusal == .unspecified))
                #expect(answer.keyId == made.keyId)
                return answer.refusal
            }
            let cases: [(String, String, ApiKeyRefusal)] = [
                ("", "192.0.2.77", .unspecified), ("view_usage", "2001:db8::1", .unspecified),
                ("", "::ffff:192.0.2.1", .unspecified), ("", "", .addressNotAllowed),
                ("", "192.0.3.1", .addressNotAllowed),
                ("consume", "192.0.2.1", .permissionMissing),
                ("consume", "192.0.3.1", .addressNotAllowed),
            ]
            for (permission, address, expected) in cases {
                #expect(try await verify(permission, address) == expected)
            }
            try await deployment.eventually {
                try await deployment.number(
                    "SELECT used FROM tenant_api_key_windows WHERE key_id = \(made.keyId)") == 3
            }
            _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
            #expect(try await verify("", "192.0.2.1") == .tenantNotActive)
            _ = try await services.tenants.reactivateTenant(.init(tenantCode: code))
            try await deployment.expire(made.keyId)
            try await deployment.eventually { try await verify("", "192.0.2.1") == .expired }
            try await services.revoke(made.keyId, of: code)
            #expect(try await verify("", "192.0.2.1") == .revoked)
        }
    }

    @Test("is unknown, in one shape, whatever makes it so")
    func unknown() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("unknown-key")
            let other = try await services.createTenant("unknown-key")
            let key = try await services.createKey(of: code).apiKey
            let id = key.split(separator: "_")[1]
            let otherID = try await services.tenants.getTenant(.init(tenantCode: other)).tenant?.id
            let invitation = try await services.users.inviteUser(
                .init(tenantCode: code, email: "a@example.com", role: .user)
            ).invitationToken
            let deleted = try await services.createKey(of: code)
            _ = try await deployment.query(
                "DELETE FROM tenant_api_keys WHERE key_id = \(deleted.keyId)")
            for text in [
                "x", String(key.dropLast()), key + "0", key.lowercased(), invitation,
                key.replacing("vym_\(id)_", with: "vym_\(otherID ?? 0)_"), deleted.apiKey,
                String(repeating: "v", count: 256),
            ] {
                let answer = try await services.verify(text, permission: "consume")
                #expect(answer == VerifyApiKeyResponse(refusal: .unknown))
            }
        }
    }

    @Test("is asked about by rules")
    func fields() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let error = try await expectFailure(.invalidArgument) {
                try await services.verify("", permission: "write", from: "here", cost: 1_000_001)
            }
            #expect(
                try error.violatedFields == ["api_key", "permission", "source_address", "cost"])
            let long = try await expectFailure(.invalidArgument) {
                try await services.verify(String(repeating: "v", count: 257))
            }
            #expect(try long.violatedFields == ["api_key"])
        }
    }
}

extension Services {
    /// Makes a tenant for a service, which may not.
    func createTenantThroughAdministrator(
        _ name: String, _ deployment: Deployment
    ) async throws -> String {
        try await deployment.withServices(over: .unix) { try await $0.createTenant(name) }
    }
}

extension Deployment {
    /// Asks until the answer is yes: what is changed past the service takes a moment to be seen.
    ///
    /// - Throws: when that takes very long.
    func eventually(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await condition() { return }
            _ = try await query("SELECT pg_sleep(0.05)")
        }
        throw DeploymentError("still not so")
    }
}
