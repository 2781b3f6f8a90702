internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("API keys of a tenant", .timeLimit(.minutes(5)))
struct KeyLifeTests {
    @Test("are made as the documented example says, listed without themselves, and revoked")
    func life() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("keyed")
            let tenant = try await services.tenants.getTenant(.init(tenantCode: code)).tenant
            let made = try await services.apiKeys.createApiKey(
                .init(
                    tenantCode: code, keyName: "Production API", permissions: ["read", "write"],
                    rateLimit: 5_000, allowedIps: ["52.73.145.32", "18.208.160.12"],
                    expiresAt: .init(microsecondsSince1970: 4_000_000_000_000_000)))
            #expect(made.success && made.apiKey.hasPrefix("vym_\(tenant?.id ?? 0)_"))
            #expect(made.keyPrefix == String(made.apiKey.prefix(16)))
            #expect(made.message.contains("will not be shown again"))
            #expect(made.keyId > 0 && made.key?.keyId == made.keyId)
            #expect(made.key?.status == .active && made.key?.rateLimit == 5_000)
            #expect(made.key?.expiresAt?.seconds == 4_000_000_000)
            #expect(made.key?.allowedIps == ["52.73.145.32", "18.208.160.12"])
            let second = try await services.createKey(of: code, ["view_usage"])
            #expect(second.key?.rateLimit == 1_000)

            let listed = try await services.apiKeys.listApiKeys(.init(tenantCode: code))
            #expect(listed.apiKeys == [made.key, second.key])
            #expect(!"\(listed)".contains(made.apiKey.dropFirst(16)))

            let revoked = try await services.apiKeys.revokeApiKey(
                .init(tenantCode: code, keyId: made.keyId)
            ).key
            #expect(revoked?.status == .revoked && revoked?.revokedAt != nil)
            // Again it changes nothing.
            let before = try await deployment.fingerprint(of: code)
            let again = try await services.apiKeys.revokeApiKey(
                .init(tenantCode: code, keyId: made.keyId)
            ).key
            #expect(again == revoked)
            #expect(try await deployment.fingerprint(of: code) == before)
            #expect(
                try await deployment.activity(of: code) == [
                    "api_key_created", "api_key_created", "api_key_revoked",
                ])
            // The key is nowhere in the database, other than by its hash.
            let secret = made.apiKey.dropFirst(16)
            let dump = try await deployment.query(
                """
                SELECT k::text FROM tenant_api_keys k JOIN tenants t ON t.id = k.tenant_id
                WHERE t.tenant_code = '\(code)'
                UNION ALL SELECT l::text FROM tenant_activity_logs l
                JOIN tenants t ON t.id = l.tenant_id WHERE t.tenant_code = '\(code)'
                """
            ).joined()
            #expect(!dump.contains(secret))
        }
    }

    @Test("come page by page, by status")
    func pages() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("key-pages")
            var ids: [Int64] = []
            for _ in 0..<5 { ids.append(try await services.createKey(of: code).keyId) }
            try await services.revoke(ids[1], of: code)
            try await deployment.expire(ids[3])
            var listed: [Int64] = []
            var token = ""
            repeat {
                let page = try await services.apiKeys.listApiKeys(
                    .init(tenantCode: code, pageSize: 2, pageToken: token))
                listed += page.apiKeys.map(\.keyId)
                token = page.nextPageToken
            } while !token.isEmpty
            #expect(listed == ids)
            let byStatus: [(ApiKeyStatus, [Int64])] = [
                (.active, [ids[0], ids[2], ids[4]]), (.revoked, [ids[1]]), (.expired, [ids[3]]),
            ]
            for (status, expected) in byStatus {
                let page = try await services.apiKeys.listApiKeys(
                    .init(tenantCode: code, status: status))
                #expect(page.apiKeys.map(\.keyId) == expected)
                #expect(page.apiKeys.allSatisfy { $0.status == status })
            }
            let error = try await expectFailure(.invalidArgument) {
                try await services.apiKeys.listApiKeys(
                    .init(
                        tenantCode: code, pageSize: -1, pageToken: "x",
                        status: .init(rawValue: 9)))
            }
            #expect(try Set(error.violatedFields) == ["page_size", "page_token", "status"])
        }
    }

    @Test("that break rules hear of all of them")
    func fields() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let error = try await expectFailure(.invalidArgument) {
                try await services.apiKeys.createApiKey(
                    .init(
                        tenantId: 1, permissions: ["fly"], rateLimit: 1_000_000_001,
                        allowedIps: ["10.0.0.1/8"], expiresAt: .init(seconds: -1)))
            }
            #expect(
                try error.violatedFields == [
                    "key_name", "permissions", "rate_limit", "allowed_ips", "expires_at",
                ])
            let past = try await expectFailure(.invalidArgument) {
                try await services.apiKeys.createApiKey(
                    .init(
                        tenantId: 1, keyName: "k", permissions: ["read"],
                        expiresAt: .init(seconds: 1_000_000_000)))
            }
            #expect(try past.violatedFields == ["expires_at"])
            let none = try await expectFailure(.invalidArgument) {
                try await services.apiKeys.revokeApiKey(.init(tenantId: 1))
            }
            #expect(try none.violatedFields == ["key_id"])
            let absent = try await expectFailure(.notFound) {
                try await services.revoke(.max, of: "default")
            }
            #expect(absent.message == "no such API key")
        }
    }

    @Test("are a thousand at most, however many are made at once")
    func many() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("many-keys")
            _ = try await deployment.query(
                """
                WITH ids AS (
                    INSERT INTO api_key_ids (tenant_id) SELECT t.id
                    FROM tenants t, generate_series(1, 997) WHERE t.tenant_code = '\(code)'
                    RETURNING *)
                INSERT INTO tenant_api_keys (
                    tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, created_by)
                SELECT tenant_id, key_id, 'k', 'vym_2_0123456789', sha256(int8send(key_id)),
                    '{read}', 'x' FROM ids
                """)
            let failures = await withTaskGroup(of: RPCError?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do throws(RPCError) {
                            _ = try await services.createKey(of: code)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(into: [RPCError]()) { $0 += $1.map { [$0] } ?? [] }
            }
            #expect(failures.count == 5)
            for failure in failures {
                #expect(failure.code == .resourceExhausted)
                #expect(try failure.errorInfo?.reason == "TOO_MANY_API_KEYS")
            }
            let first = try await services.apiKeys.listApiKeys(
                .init(tenantCode: code, pageSize: 1))
            try await services.revoke(#require(first.apiKeys.first).keyId, of: code)
            _ = try await services.createKey(of: code)
        }
    }

    @Test("carry nothing that their maker does not hold")
    func grants() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("granted")
            try await services.addUser(
                "keeper", .viewer, permissions: ["manage_api_keys"], to: code)
            return code
        }
        try await deployment.withTrustedService("granted") { service in
            func make(_ user: String, _ permissions: [String]) async throws {
                _ = try await service.apiKeys.createApiKey(
                    .init(tenantCode: code, keyName: "k", permissions: permissions),
                    options: .acting(for: user))
            }
            try await make("the-admin", ["write", "export_tenant"])
            try await make("keeper", ["read", "manage_api_keys"])
            for permissions in [["write"], ["consume"], ["read", "verify_audit"]] {
                try await expectFailure(.permissionDenied) {
                    try await make("keeper", permissions)
                }
            }
            // Ranks below administrators have nothing to do with keys.
            try await expectFailure(.permissionDenied) { try await make("the-manager", ["read"]) }
        }
    }
}
