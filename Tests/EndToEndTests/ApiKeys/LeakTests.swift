internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A key that has leaked", .timeLimit(.minutes(5)))
struct LeakTests {
    @Test("is revoked, noted and told of by one call, in whatever state its tenant is")
    func reported() async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("leaky")
            let key = try await services.createKey(of: code)
            _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
            let checked = try await services.apiKeys.reportLeak(
                .init(apiKey: key.apiKey, validateOnly: true))
            #expect(checked.wasActive && checked.key?.status == .revoked)
            let answer = try await services.apiKeys.reportLeak(
                .init(apiKey: key.apiKey, foundAt: "https://example.com/paste", idempotencyKey: "a")
            )
            #expect(answer.wasActive && answer.key?.keyId == key.keyId)
            #expect(answer.key?.status == .revoked && answer.tenantId > 0)
            #expect(try await services.verify(key.apiKey).refusal == .revoked)
            let again = try await services.apiKeys.reportLeak(.init(apiKey: key.apiKey))
            #expect(!again.wasActive && again.key == answer.key)
            let replayed = try await services.apiKeys.reportLeak(
                .init(apiKey: key.apiKey, foundAt: "https://example.com/paste", idempotencyKey: "a")
            )
            #expect(replayed == answer)
            #expect(
                try await deployment.activity(of: code) == [
                    "api_key_created", "tenant_suspended", "data_key_created",
                    "api_key_leak_reported", "api_key_revoked", "api_key_leak_reported",
                ])
            let details = try await deployment.activity(of: code, columns: "details").joined()
            #expect(details.contains("https://example.com/paste"))
            #expect(!details.contains(key.apiKey.dropFirst(16)))
            // Who reports a key pastes the line that it was in.
            let pasted = try await services.createKey(of: "default")
            _ = try await services.apiKeys.reportLeak(
                .init(
                    apiKey: pasted.apiKey,
                    foundAt: "config.py: KEY=\"\(pasted.apiKey)\" OLD='\(key.apiKey)'"))
            let noted = try await deployment.activity(of: "default", columns: "details").joined()
            #expect(noted.contains("config.py: KEY=\\\"[key]\\\" OLD='[key]'"))
            for secret in [key, pasted] { #expect(!noted.contains(secret.apiKey.dropFirst(16))) }
            // The operator is told before the caller is, and when it is told again, again.
            let alerts = try deployment.logLines(with: "an API key has leaked and was revoked")
            #expect(alerts.map { $0["level"] } == Array(repeating: "critical", count: 4))
            #expect(alerts.map { $0["was_active"] } == ["true", "false", "true", "true"])
            #expect(
                alerts.map { $0["key_id"] }
                    == [key, key, key, pasted].map { String($0.keyId) })
        }
        let page = try await HTTPGet("/metrics", port: deployment.operationsPort)
        #expect(page.body.contains("tenancy_api_keys_leaks_reported_total 4"))
        try await deployment.shutdown()
    }

    @Test("is reported by those who may revoke it, and is unknown in one shape to all others")
    func unknown() async throws {
        let deployment = try await Deployment.shared()
        let (own, foreign) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("own-leak")
            let other = try await services.createTenant("other-leak")
            return (
                try await services.createKey(of: code).apiKey,
                try await services.createKey(of: other).apiKey
            )
        }
        let number = own.split(separator: "_")[1]
        let invented = foreign.split(separator: "_")[2]
        try await deployment.withTrustedService("leaks") { service in
            func report(_ key: String, as user: String) async throws {
                _ = try await service.apiKeys.reportLeak(
                    .init(apiKey: key), options: .acting(for: user))
            }
            try await expectFailure(.permissionDenied) {
                try await report(own, as: "the-manager")
            }
            for text in [foreign, "x", "vym_\(number)_\(invented)", own.lowercased()] {
                let error = try await expectFailure(.notFound) {
                    try await report(text, as: "the-admin")
                }
                #expect(error.message == "no such API key")
            }
            try await report(own, as: "the-admin")
            let error = try await expectFailure(.invalidArgument) {
                try await service.apiKeys.reportLeak(
                    .init(apiKey: "", foundAt: String(repeating: "x", count: 501)))
            }
            #expect(try error.violatedFields == ["api_key", "found_at"])
        }
        try await deployment.withServices(over: .unix) { services in
            let verdict = try await services.verify(foreign)
            #expect(verdict.valid)
        }
    }
}
