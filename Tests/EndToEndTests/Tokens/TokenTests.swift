internal import Foundation
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A tenant token", .timeLimit(.minutes(5)))
struct TokenTests {
    private static let issuer = "spiffe://bfc-vyomo/service/tenancyd"

    /// A tenant with a key of these permissions.
    private func tenant(
        _ name: String, _ permissions: [String] = ["read", "write"], rateLimit: UInt64 = 0,
        allowedIps: [String] = []
    ) async throws -> (deployment: Deployment, code: String, key: CreateApiKeyResponse) {
        let deployment = try await Deployment.shared()
        return try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant(name)
            let key = try await services.createKey(
                of: code, permissions, rateLimit: rateLimit, allowedIps: allowedIps)
            return (deployment, code, key)
        }
    }

    @Test("is a JWT of five minutes that anybody verifies with the key set")
    func exchange() async throws {
        let (deployment, code, made) = try await tenant("token")
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let answer = try await program.exchange(made.apiKey)
            #expect(answer.tokenType == "Bearer")
            #expect(answer.expiresInSeconds == 300)
            let parts = Forge.parts(answer.accessToken)
            let header = Forge.object(parts[0])
            #expect(Set(header.keys) == ["alg", "kid", "typ"])
            #expect(header["alg"] as? String == "EdDSA")
            #expect(header["typ"] as? String == "at+jwt")
            let claims = Forge.object(parts[1])
            #expect(claims["iss"] as? String == Self.issuer)
            #expect(claims["aud"] as? String == Self.issuer)
            #expect(claims["tenant"] as? String == code)
            #expect(claims["sub"] as? String == "api_key:\(made.keyId)")
            #expect(claims["client_id"] as? String == "\(made.keyId)")
            #expect(claims["scope"] as? String == answer.scope)
            let issued = try #require(claims["iat"] as? Int)
            #expect(claims["exp"] as? Int == issued + 300)
            #expect((claims["jti"] as? String)?.isEmpty == false)

            let set = try await program.tokens.getKeySet(.init())
            #expect(set.issuer == Self.issuer)
            let key = try #require(set.keys.first { $0.kid == header["kid"] as? String })
            #expect(try await Forge.isVerifiedByOpenSSL(answer.accessToken, key.x))
            let json = try JSONSerialization.jsonObject(with: Data(set.json.utf8))
            let keys = (json as? [String: Any])?["keys"] as? [[String: Any]]
            #expect(keys?.count == set.keys.count)
            #expect(keys?.first?["x"] as? String == set.keys.first?.x)
        }
    }

    @Test("lets its holder do what its key may, in its key's tenant, at its key's rate")
    func bearer() async throws {
        let (deployment, code, made) = try await tenant("bearer", rateLimit: 5)
        let foreign = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("foreign")
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let token = try await program.exchange(made.apiKey).accessToken
            let options = CallOptions.bearing(token)
            let answer = try await program.quotas.consume(
                .init(tenantCode: code, resource: .apiCalls, amount: 1), options: options)
            #expect(answer.current == 1)
            try await expectFailure(.notFound) {
                try await program.tenants.getTenant(.init(tenantCode: foreign), options: options)
            }
            try await expectFailure(.permissionDenied) {
                try await program.apiKeys.listApiKeys(.init(tenantCode: code), options: options)
            }
            // The exchange and two calls have taken three: what was refused beforehand took none.
            var left = 5
            while left > 0 {
                do {
                    _ = try await program.tenants.getTenant(
                        .init(tenantCode: code), options: options)
                    left -= 1
                } catch let error as RPCError {
                    #expect(error.code == .resourceExhausted)
                    break
                }
            }
            #expect(left > 0, "a token has a rate of its own")
            try await expectFailure(.resourceExhausted) { try await program.exchange(made.apiKey) }
        }
    }

    @Test("is worth what was asked for, and no more than its key")
    func narrowed() async throws {
        let (deployment, code, made) = try await tenant("narrow", ["view_tenant", "view_usage"])
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let narrow = try await program.exchange(
                made.apiKey, permissions: ["view_usage"], lifetime: 60)
            #expect(narrow.scope == "view_usage")
            #expect(narrow.expiresInSeconds == 60)
            let options = CallOptions.bearing(narrow.accessToken)
            _ = try await program.quotas.getQuotas(.init(tenantCode: code), options: options)
            try await expectFailure(.permissionDenied) {
                try await program.tenants.getTenant(.init(tenantCode: code), options: options)
            }
            try await expectFailure(.permissionDenied) {
                try await program.exchange(made.apiKey, permissions: ["consume"])
            }
            for request in [
                ExchangeApiKeyRequest(apiKey: made.apiKey, audience: "somebody"),
                ExchangeApiKeyRequest(apiKey: made.apiKey, permissions: ["everything"]),
                ExchangeApiKeyRequest(apiKey: made.apiKey, lifetimeSeconds: 301),
                ExchangeApiKeyRequest(apiKey: made.apiKey, sourceAddress: "203.0.113.7"),
                ExchangeApiKeyRequest(),
            ] {
                try await expectFailure(.invalidArgument) {
                    try await program.tokens.exchangeApiKey(request)
                }
            }
            try await expectFailure(.unauthenticated) {
                try await program.exchange("vym_1_nonsense")
            }
        }
    }

    @Test("that was forged, altered or is another's is nobody's, and is not active")
    func forged() async throws {
        let (deployment, code, made) = try await tenant("forged")
        let (otherCode, otherID) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("other")
            let tenant = try await services.tenants.getTenant(.init(tenantCode: code)).tenant
            return (code, tenant?.id ?? 0)
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let token = try await program.exchange(made.apiKey).accessToken
            let key = try #require(try await program.tokens.getKeySet(.init()).keys.first)
            let kid = key.kid
            var signature = Forge.data(Forge.parts(token)[2])
            signature[10] ^= 1
            let expiry = Forge.object(Forge.parts(token)[1])["exp"] as? Int ?? 0
            let forgeries = [
                "none": Forge.changed(
                    token, header: #"{"alg":"none","kid":"\#(kid)","typ":"at+jwt"}"#,
                    signature: Data()),
                "none, signed": Forge.changed(
                    token, header: #"{"alg":"none","kid":"\#(kid)","typ":"at+jwt"}"#),
                "ES256": Forge.changed(
                    token, header: #"{"alg":"ES256","kid":"\#(kid)","typ":"at+jwt"}"#),
                "HS256": try await Forge.macWithPublicKey(token, key.x),
                "other kid": Forge.changed(
                    token, header: #"{"alg":"EdDSA","kid":"other","typ":"at+jwt"}"#),
                "no signature": Forge.changed(token, signature: Data()),
                "altered signature": Forge.changed(token, signature: signature),
                "other signer": try await Forge.signedByOther(token),
                "longer": Forge.changed(token, claim: ("\(expiry)", "\(expiry + 100)")),
                "other tenant": Forge.changed(token, claim: (code, otherCode)),
                "other tenant's id": Forge.changed(
                    token, claim: (#""tenant_id":"#, #""tenant_id":\#(otherID),"x":"#)),
                "more": Forge.changed(token, claim: (#""scope":""#, #""scope":"manage_users "#)),
                "cut": String(token.dropLast(4)), "two dots": "a.b.c",
            ]
            try await deployment.withServices(over: .unix) { administrator in
                #expect(try await administrator.introspect(token).active)
                for (name, forged) in forgeries {
                    try await expectFailure(.unauthenticated, "\(name)") {
                        try await program.tenants.getTenant(
                            .init(tenantCode: code), options: .bearing(forged))
                    }
                    let answer = try await administrator.introspect(forged)
                    #expect(answer == IntrospectResponse(), "\(name)")
                }
            }
        }
    }

    @Test("says what it is to those who may ask, and ends by itself")
    func introspection() async throws {
        let (deployment, code, made) = try await tenant("introspected", ["view_usage"])
        try await deployment.withServices(over: .unix) { services in
            let token = try await services.exchange(made.apiKey, lifetime: 1).accessToken
            let answer = try await services.introspect(token)
            #expect(answer.active)
            #expect(answer.scope == "view_usage")
            #expect(answer.clientId == "\(made.keyId)")
            #expect(answer.sub == "api_key:\(made.keyId)")
            #expect(answer.tenantCode == code)
            #expect(answer.exp == answer.iat + 1)
            #expect(answer.iss == Self.issuer)
            // A second, and the five that clocks may be apart.
            while try await services.introspect(token).active {}
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                try await expectFailure(.unauthenticated) {
                    try await program.quotas.getQuotas(
                        .init(tenantCode: code), options: .bearing(token))
                }
                try await expectFailure(.unauthenticated) { try await program.introspect(token) }
            }
        }
    }

    @Test("ends with its key, at once")
    func keyRevoked() async throws {
        let (deployment, code, made) = try await tenant("ended")
        try await deployment.withServices(over: .unix) { services in
            let token = try await services.exchange(made.apiKey).accessToken
            #expect(try await services.introspect(token).active)
            try await services.revoke(made.keyId, of: code)
            #expect(try await !services.introspect(token).active)
        }
    }

    @Test("of a key with an allow-list is good from there only")
    func addresses() async throws {
        let (deployment, code, made) = try await tenant("listed", allowedIps: ["203.0.113.0/24"])
        try await deployment.withServices(over: .unix) { services in
            try await expectFailure(.unauthenticated) { try await services.exchange(made.apiKey) }
            let token = try await services.tokens.exchangeApiKey(
                .init(apiKey: made.apiKey, sourceAddress: "203.0.113.7")
            ).accessToken
            #expect(try await !services.introspect(token).active)
            #expect(
                try await services.tokens.introspect(
                    .init(token: token, sourceAddress: "203.0.113.9")
                ).active)
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                try await expectFailure(.unauthenticated) {
                    try await program.tenants.getTenant(
                        .init(tenantCode: code), options: .bearing(token))
                }
            }
        }
    }

    @Test("is given to a service for a key with an allow-list by where it says the key came from")
    func passedOnAddresses() async throws {
        let (deployment, _, made) = try await tenant("passed-on", allowedIps: ["127.0.0.0/8"])
        let gateway = try await deployment.clientTLS(
            name: "gateway", spiffeID: "spiffe://bfc-vyomo/service/gateway")
        try await deployment.withServices(over: gateway) { services in
            for options in [CallOptions(), .acting(for: "ann")] {
                func exchange(from address: String) async throws {
                    _ = try await services.tokens.exchangeApiKey(
                        .init(apiKey: made.apiKey, sourceAddress: address), options: options)
                }
                // The service's own address is on the list, and says nothing about the key.
                try await expectFailure(.unauthenticated) { try await exchange(from: "") }
                try await expectFailure(.unauthenticated) {
                    try await exchange(from: "203.0.113.7")
                }
                try await exchange(from: "127.0.0.9")
            }
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            _ = try await program.exchange(made.apiKey)
        }
    }

    @Test("is revoked for a key or for all, on every server, and a new one may be had at once")
    func revoked() async throws {
        let deployment = try await Deployment()
        let other = try await deployment.startAnotherServer("second")
        let third = try await deployment.startAnotherServer("third")
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("revoked-tokens")
            let key = try await services.createKey(of: code)
            let otherKey = try await services.createKey(of: code)
            let first = try await services.exchange(key.apiKey).accessToken
            let second = try await services.exchange(otherKey.apiKey).accessToken
            try await deployment.withServices(of: other) { elsewhere in
                // What one server signs the others verify.
                #expect(try await elsewhere.introspect(first).active)
                let answer = try await services.tokens.revokeTokens(
                    .init(tenantCode: code, keyId: key.keyId))
                #expect(answer.revokedBefore != nil)
                #expect(try await !services.introspect(first).active)
                #expect(try await !elsewhere.introspect(first).active)
                #expect(try await elsewhere.introspect(second).active)
                let new = try await elsewhere.exchange(key.apiKey).accessToken
                #expect(try await elsewhere.introspect(new).active)
                #expect(try await services.introspect(new).active)
                _ = try await services.tokens.revokeTokens(.init(tenantCode: code))
                for token in [first, second, new] {
                    #expect(try await !services.introspect(token).active)
                    #expect(try await !elsewhere.introspect(token).active)
                }
                try await expectFailure(.notFound) {
                    try await services.tokens.revokeTokens(.init(tenantCode: code, keyId: 987))
                }
            }
            try await deployment.withServices(of: third) { elsewhere in
                #expect(try await !elsewhere.introspect(second).active)
                let set = try await services.tokens.getKeySet(.init())
                #expect(try await elsewhere.tokens.getKeySet(.init()) == set)
            }
            let actions = try await deployment.activity(of: code)
            #expect(actions.filter { $0 == "tokens_revoked" }.count == 2)
        }
        try await deployment.shutdown()
    }

    @Test("that was revoked stays so, whatever the clocks say of before and after")
    func clocks() async throws {
        let (deployment, code, made) = try await tenant("clocks")
        try await deployment.withServices(over: .unix) { services in
            let token = try await services.exchange(made.apiKey).accessToken
            _ = try await services.tokens.revokeTokens(.init(tenantCode: code))
            #expect(try await !services.introspect(token).active)
            // As if the database's clock were behind that of the server that issued it.
            _ = try await deployment.query(
                """
                UPDATE tenant_token_revocations r SET revoked_before = now() - interval '1 minute'
                FROM tenants t WHERE t.id = r.tenant_id AND t.tenant_code = '\(code)'
                """)
            let new = try await services.exchange(made.apiKey).accessToken
            try await deployment.eventually { try await services.introspect(new).active }
            for _ in 0..<20 { #expect(try await !services.introspect(token).active) }
        }
    }

    @Test("is not to be had without a master key")
    func withoutMasterKey() async throws {
        let deployment = try await Deployment(settings: ["TENANCY_ENCRYPTION_KEY_FILE": ""])
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("unsealed")
            let key = try await services.createKey(of: code).apiKey
            let error = try await expectFailure(.failedPrecondition) {
                try await services.exchange(key)
            }
            #expect(try error.errorInfo?.reason == "ENCRYPTION_NOT_CONFIGURED")
            #expect(try await services.tokens.getKeySet(.init()).keys.isEmpty)
        }
        try await deployment.shutdown()
    }
}
