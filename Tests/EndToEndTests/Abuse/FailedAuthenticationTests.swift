internal import Foundation
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Whoever fails to be somebody again and again", .timeLimit(.minutes(5)))
struct FailedAuthenticationTests {
    /// One failure a second, and ten at once.
    private static let settings = ["TENANCY_LIMITS_AUTHENTICATION_FAILURES_PER_SECOND": "1"]
    private static let failuresMax = 40

    /// Fails by `attempt` until it is not looked at any more; answers that refusal.
    private func exhaust<Answer>(
        _ attempt: (Int) async throws -> Answer
    ) async throws -> RPCError? {
        for index in 0..<Self.failuresMax {
            do {
                _ = try await attempt(index)
            } catch let error as RPCError where error.code == .resourceExhausted {
                return error
            } catch let error as RPCError {
                #expect(error.code == .unauthenticated)
            }
        }
        return nil
    }

    @Test("with keys is not looked at for a while, unlike those who were good")
    func bearers() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        let (code, good, fresh) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("abused")
            return (
                code, try await services.createKey(of: code).apiKey,
                try await services.createKey(of: code).apiKey
            )
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            func call(_ key: String) async throws -> GetTenantResponse {
                try await program.tenants.getTenant(
                    .init(tenantCode: code), options: .bearing(key))
            }
            _ = try await call(good)
            let refusal = try #require(
                try await exhaust { try await call("vym_\($0)_another-guess") })
            #expect(try refusal.errorInfo?.reason == "AUTHENTICATION_RATE_EXCEEDED")
            #expect(try refusal.retryInfo?.retryDelay?.seconds ?? 0 >= 1)
            // A key that was good goes on, and costs a guesser nothing to know.
            _ = try await call(good)
            // One that nobody has shown yet waits, and is then as good as any.
            while true {
                do {
                    _ = try await call(fresh)
                    break
                } catch let error as RPCError {
                    #expect(error.code == .resourceExhausted)
                }
            }
            // What needs no credential is not concerned.
            _ = try await program.health.check(.init())
        }
        try await deployment.shutdown()
    }

    @Test("with guesses at one key locks out themselves, and not its holder")
    func guesses() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("guessed")
            let made = try await services.createKey(of: code)
            let refusal = try #require(
                try await exhaust {
                    try await services.verify("\(made.keyPrefix)\($0)", from: "203.0.113.7")
                })
            #expect(try refusal.errorInfo?.reason == "AUTHENTICATION_RATE_EXCEEDED")
            #expect(try await services.verify(made.apiKey, from: "203.0.113.8").valid)
            // Known by now, it is good from there, too.
            #expect(try await services.verify(made.apiKey, from: "203.0.113.7").valid)
        }
        try await deployment.shutdown()
    }

    @Test("among others is refused alone")
    func batch() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        try await deployment.withTrustedService("gateway") { gateway in
            let code = try await gateway.createTenantThroughAdministrator("batched", deployment)
            let made = try await gateway.createKey(of: code)
            func batch(_ index: Int) async throws -> [VerifyApiKeyResponse] {
                try await gateway.apiKeys.batchVerify(
                    .init(requests: [
                        .init(apiKey: "vym_\(index)_a-guess", sourceAddress: "203.0.113.7"),
                        .init(apiKey: made.apiKey, sourceAddress: "203.0.113.8"),
                    ])
                ).results
            }
            var refused: VerifyApiKeyResponse?
            for index in 0..<Self.failuresMax where refused == nil {
                let results = try await batch(index)
                #expect(results.count == 2 && results[1].valid)
                if results[0].refusal == .unknown { continue }
                refused = results[0]
            }
            let refusal = try #require(refused)
            #expect(refusal.refusal == .tooManyFailures && !refusal.valid)
            #expect(refusal.retryAfterSeconds >= 1 && refusal.keyId == 0)
        }
        try await deployment.shutdown()
    }

    @Test("with keys for tokens, each another, is not looked at for a while")
    func exchanged() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let refusal = try #require(
                try await exhaust { try await program.exchange("vym_\($0)_another-guess") })
            #expect(try refusal.errorInfo?.reason == "AUTHENTICATION_RATE_EXCEEDED")
        }
        try await deployment.shutdown()
    }

    @Test("with a key that was rotated locks out nobody, its successor least of all")
    func superseded() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        let (code, old, new) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("rotated")
            let old = try await services.createKey(of: code)
            let new = try await services.apiKeys.rotateApiKey(
                .init(tenantCode: code, keyId: old.keyId))
            return (code, old.apiKey, new.apiKey)
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            for _ in 0..<Self.failuresMax {
                try await expectFailure(.unauthenticated) {
                    try await program.tenants.getTenant(
                        .init(tenantCode: code), options: .bearing(old))
                }
                try await expectFailure(.unauthenticated) { try await program.exchange(old) }
            }
            _ = try await program.tenants.getTenant(
                .init(tenantCode: code), options: .bearing(new))
        }
        try await deployment.shutdown()
    }

    @Test("through a service that does not say for whom is many, and not one")
    func passedOn() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        try await deployment.withTrustedService("gateway") { gateway in
            let code = try await gateway.createTenantThroughAdministrator("passed-on", deployment)
            let key = try await gateway.createKey(of: code).apiKey
            for index in 0..<Self.failuresMax {
                try await expectFailure(.unauthenticated) {
                    try await gateway.exchange("vym_\(index)_another-guess")
                }
            }
            _ = try await gateway.exchange(key)
        }
        try await deployment.shutdown()
    }

    @Test("with tokens of another make is not looked at, unlike those of other places")
    func introspected() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("introspected")
            let key = try await services.createKey(of: code)
            func ask(
                _ token: String, from address: String
            ) async throws -> IntrospectResponse {
                try await services.tokens.introspect(
                    .init(token: token, sourceAddress: address))
            }
            // One that was issued and is over is no guess, however often it is shown.
            let over = try await services.exchange(key.apiKey).accessToken
            _ = try await services.tokens.revokeTokens(.init(tenantCode: code))
            for _ in 0..<Self.failuresMax {
                #expect(try await !ask(over, from: "203.0.113.7").active)
            }
            let forged = Forge.changed(over, signature: Data(repeating: 1, count: 64))
            let refusal = try #require(
                try await exhaust { _ in try await ask(forged, from: "203.0.113.7") })
            #expect(try refusal.errorInfo?.reason == "AUTHENTICATION_RATE_EXCEEDED")
            #expect(try refusal.retryInfo?.retryDelay?.seconds ?? 0 >= 1)
            let new = try await services.exchange(key.apiKey).accessToken
            #expect(try await ask(new, from: "203.0.113.8").active)
            // Known by now, it is good from there, too.
            #expect(try await ask(new, from: "203.0.113.7").active)
        }
        try await deployment.shutdown()
    }

    @Test("with certificates is not shaken hands with for a while")
    func handshakes() async throws {
        let deployment = try await Deployment(settings: Self.settings)
        let forged = try await deployment.clientTLS(
            name: "forged", spiffeID: "spiffe://bfc-vyomo/admin/eve", authority: "forger")
        let metric =
            "ttrpc_server_connections_refused_total{reason=\"failedHandshakesPerAddress\"}"
        var isRefused = false
        for _ in 0..<Self.failuresMax where !isRefused {
            try await deployment.withServices(over: forged) { services in
                _ = await #expect(throws: RPCError.self) {
                    try await services.health.check(.init(), options: .init(timeout: .seconds(5)))
                }
            }
            let page = try await HTTPGet("/metrics", port: deployment.operationsPort)
            isRefused =
                page.body.contains("\(metric) ")
                && !page.body.contains("\(metric) 0\n")
        }
        #expect(isRefused)
        // A second later somebody else from there is served.
        var isServed = false
        while !isServed {
            isServed =
                (try? await deployment.withServices(over: .tls) {
                    try await $0.health.check(.init()).status == .serving
                }) == true
        }
        try await deployment.shutdown()
    }
}
