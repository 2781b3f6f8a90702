internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A call with an idempotency key", .timeLimit(.minutes(5)))
struct IdempotencyTests {
    @Test("made again gives the same answer and takes nothing more", arguments: Way.allCases)
    func consumeAgain(over way: Way) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: way) { services in
            let code = try await services.createTenant("again")
            let first = try await services.consume(10, .users, of: code, key: "once")
            // Nothing is left now, and still the retry hears that it was admitted.
            let second = try await services.consume(10, .users, of: code, key: "once")
            #expect(second == first)
            #expect(
                try await Usage(of: .users, code: code, in: deployment)
                    == Usage(counter: 10, days: 10, activity: 10))
        }
    }

    @Test("made by many at once has one effect")
    func consumeAtOnce() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("at-once")
            let answers = try await withThrowingTaskGroup(of: ConsumeResponse.self) { group in
                for _ in 0..<32 {
                    group.addTask { try await services.consume(7, .users, of: code, key: "k") }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(answers.count == 1)
            #expect(
                try await Usage(of: .users, code: code, in: deployment)
                    == Usage(counter: 7, days: 7, activity: 7))
        }
    }

    @Test("is refused when the request is another one")
    func otherRequest() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("other")
            try await services.consume(1, .users, of: code, key: "k")
            let others: [(UInt64, Resource)] = [(2, .users), (1, .apiCalls)]
            for (amount, resource) in others {
                let error = try await expectFailure(.failedPrecondition) {
                    try await services.consume(amount, resource, of: code, key: "k")
                }
                #expect(try error.errorInfo?.reason == "IDEMPOTENCY_KEY_REUSED")
            }
            #expect(try await Usage(of: .users, code: code, in: deployment).counter == 1)
            #expect(try await Usage(of: .apiCalls, code: code, in: deployment).counter == 0)
        }
    }

    @Test("belongs to its tenant: another may use the same")
    func otherTenant() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let first = try await services.createTenant("mine")
            let second = try await services.createTenant("theirs")
            try await services.consume(1, .users, of: first, key: "shared")
            let answer = try await services.consume(2, .users, of: second, key: "shared")
            #expect(answer.current == 2)
        }
    }

    @Test("belongs to its caller: nobody else is answered what was kept, nor served a second time")
    func otherCaller() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenantWithEveryRank("callers")
        }
        func expectReused(_ call: () async throws -> some Any) async throws {
            let error = try await expectFailure(.failedPrecondition) { try await call() }
            #expect(try error.errorInfo?.reason == "IDEMPOTENCY_KEY_REUSED")
        }
        try await deployment.withTrustedService("callers") { service in
            let request = CreateApiKeyRequest(
                tenantCode: code, keyName: "a", permissions: ["read"], idempotencyKey: "k")
            let taking = ConsumeRequest(
                tenantCode: code, resource: .apiCalls, amount: 2, idempotencyKey: "c")
            func create(_ user: String) async throws -> CreateApiKeyResponse {
                try await service.apiKeys.createApiKey(request, options: .acting(for: user))
            }
            let first = try await create("the-admin")
            #expect(try await create("the-admin") == first)
            try await service.addUser("second-admin", .admin, to: code)
            try await expectReused { try await create("second-admin") }
            try await expectReused { try await service.apiKeys.createApiKey(request) }
            _ = try await service.quotas.consume(taking)
            try await expectReused {
                try await service.quotas.consume(taking, options: .acting(for: "the-user"))
            }
        }
        try await deployment.withServices(over: .unix) { services in
            var request = Examples.newTenant(code: Examples.code("caller"))
            request.idempotencyKey = request.tenantCode
            _ = try await services.tenants.createTenant(request)
            try await deployment.withServices(over: .tls) { other in
                try await expectReused { try await other.tenants.createTenant(request) }
            }
            #expect(try await Usage(of: .apiCalls, code: code, in: deployment).counter == 2)
            let keys = try await services.apiKeys.listApiKeys(.init(tenantCode: code)).apiKeys
            #expect(keys.count == 1)
        }
    }

    @Test("is not used up by a refusal")
    func refusalKeepsKey() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("refused")
            try await services.consume(10, .users, of: code)
            for _ in 0..<2 {
                try await expectFailure(.resourceExhausted) {
                    try await services.consume(1, .users, of: code, key: "k")
                }
            }
        }
    }

    @Test("creates one tenant however often it is made")
    func createAgain() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = Examples.code("created")
            var request = Examples.newTenant(code: code)
            request.idempotencyKey = code
            let first = try await services.tenants.createTenant(request)
            let second = try await services.tenants.createTenant(request)
            #expect(second == first)
            request.tenantName = "Another Name"
            let error = try await expectFailure(.failedPrecondition) {
                try await services.tenants.createTenant(request)
            }
            #expect(try error.errorInfo?.reason == "IDEMPOTENCY_KEY_REUSED")
            #expect(
                try await deployment.number(
                    "SELECT count(*) FROM tenants WHERE tenant_code = '\(code)'") == 1)
        }
    }
}
