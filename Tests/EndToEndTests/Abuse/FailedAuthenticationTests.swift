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
