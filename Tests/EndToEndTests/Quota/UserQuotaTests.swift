internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A member's share of what a tenant may take", .timeLimit(.minutes(5)))
struct UserQuotaTests {
    private static func set(
        _ max: UInt64, for user: String, of code: String, _ services: Services,
        resource: Resource = .apiCalls, options: CallOptions = .defaults
    ) async throws(RPCError) {
        _ = try await services.quotas.setUserQuota(
            SetUserQuotaRequest(tenantCode: code, userId: user, resource: resource, max: max),
            options: options)
    }

    @discardableResult
    private static func take(
        _ amount: UInt64, for user: String, of code: String, _ services: Services,
        _ durability: Durability = .leased, key: String = "", validateOnly: Bool = false,
        options: CallOptions = .defaults
    ) async throws(RPCError) -> ConsumeResponse {
        try await services.quotas.consume(
            ConsumeRequest(
                tenantCode: code, resource: .apiCalls, amount: amount, durability: durability,
                userId: user, idempotencyKey: key, validateOnly: validateOnly), options: options)
    }

    private static func list(
        _ services: Services, _ code: String, user: String = "",
        options: CallOptions = .defaults
    ) async throws -> [String: UserQuota] {
        let page = try await services.quotas.listUserQuotas(
            .init(tenantCode: code, userId: user), options: options)
        return Dictionary(
            uniqueKeysWithValues: page.quotas.map { ("\($0.userId) \($0.resource)", $0) })
    }

    private static func used(_ code: String, _ services: Services) async throws -> UInt64? {
        try await services.quotas.getQuotas(.init(tenantCode: code)).quotas?.apiCalls?.current
    }

    /// Every way that an amount is decided on.
    private static let ways: [(Durability, key: String, validateOnly: Bool)] = [
        (.leased, "", false), (.committed, "", false), (.leased, "", true),
        (.leased, "over", false),
    ]

    @Test("refuses more than it has on every way, names itself, and the tenant's stays as it was")
    func refusal() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("share")
            try await Self.set(5, for: "the-user", of: code, services)
            for (place, way) in Self.ways.prefix(2).enumerated() {
                try await Self.take(2, for: "the-user", of: code, services, way.0)
                #expect(try await Self.used(code, services) == UInt64(place + 1) * 2)
            }
            for way in Self.ways {
                let error = try await expectFailure(.resourceExhausted) {
                    try await Self.take(
                        2, for: "the-user", of: code, services, way.0, key: way.key,
                        validateOnly: way.validateOnly)
                }
                #expect(try error.quotaFailure?.violations.map(\.subject) == ["user:the-user"])
                let metadata = try #require(try error.errorInfo?.metadata)
                #expect(try error.errorInfo?.reason == "QUOTA_EXCEEDED")
                #expect(metadata["level"] == "user" && metadata["resource"] == "api_calls")
                #expect(metadata["max"] == "5" && metadata["remaining"] == "1", "\(metadata)")
                #expect(try error.retryInfo != nil, "until the month ends")
            }
            // What the tenant refuses names the tenant.
            let error = try await expectFailure(.resourceExhausted) {
                try await Self.take(10_001, for: "the-viewer", of: code, services)
            }
            #expect(try error.errorInfo?.metadata["level"] == "tenant")
            #expect(try await Self.used(code, services) == 4)
            // Others have no share, and what is nobody's is the tenant's.
            try await Self.take(7, for: "the-viewer", of: code, services)
            try await Self.take(7, for: "", of: code, services)
            try await Self.take(1, for: "the-user", of: code, services, key: "last")
            #expect(
                try await Self.take(1, for: "the-user", of: code, services, key: "last")
                    .current == 19, "a kept answer comes before a share that is used up")
            let share = try #require(
                try await Self.list(services, code)["the-user RESOURCE_API_CALLS"])
            #expect(share.current == 5 && share.remaining == 0 && share.renewsAt != nil)
            #expect(try await Self.used(code, services) == 19)
        }
    }

    @Test("is asked about with the tenant's, whichever refuses")
    func questions() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("asked")
            try await Self.set(5, for: "the-user", of: code, services)
            func check(
                _ amount: UInt64, _ durability: Durability = .leased, user: String = "the-user"
            ) async throws -> CheckQuotaResponse {
                try await services.quotas.checkQuota(
                    CheckQuotaRequest(
                        tenantCode: code, resource: .apiCalls, amount: amount,
                        durability: durability, userId: user))
            }
            for durability in [Durability.leased, .committed, .leased] {
                #expect(try await check(5, durability).allowed)
                #expect(try await check(6, durability, user: "the-viewer").allowed)
                let refused = try await check(6, durability)
                #expect(!refused.allowed && refused.refusedBy == "user:the-user")
                #expect(refused.max == 5 && refused.remaining == 5 && refused.retryAfter != nil)
                #expect(try await check(10_001).refusedBy == "resource:api_calls")
            }
            try await Self.take(3, for: "the-user", of: code, services)
            let answers = try await services.quotas.batchCheck(
                BatchCheckRequest(
                    tenantCode: code,
                    items: [
                        .init(resource: .apiCalls, amount: 2),
                        .init(resource: .apiCalls, amount: 3), .init(resource: .users, amount: 3),
                    ], userId: "the-user")
            ).answers
            #expect(answers.map(\.refusedBy) == ["", "user:the-user", ""])
        }
    }

    @Test("is their own when members call, and another's for who may manage users")
    func whose() async throws {
        try await Deployment.shared().withCallers("whose") { callers in
            let service = callers.service
            let code = try await callers.administrator.createTenantWithEveryRank("whose")
            try await Self.set(2, for: "the-user", of: code, callers.administrator)
            try await Self.set(
                3, for: "the-manager", of: code, service, options: .acting(as: "the-admin"))
            let user = CallOptions.acting(as: "the-user")
            try await Self.take(1, for: "", of: code, service, options: user)
            try await Self.take(1, for: "the-user", of: code, service, options: user)
            let error = try await expectFailure(.resourceExhausted) {
                try await Self.take(1, for: "", of: code, service, options: user)
            }
            #expect(try error.quotaFailure?.violations.map(\.subject) == ["user:the-user"])
            for durability in [Durability.leased, .committed] {
                try await expectFailure(.permissionDenied) {
                    try await Self.take(
                        1, for: "the-viewer", of: code, service, durability, options: user)
                }
            }
            try await expectFailure(.permissionDenied) {
                try await service.quotas.checkQuota(
                    .init(tenantCode: code, resource: .apiCalls, userId: "the-viewer"),
                    options: user)
            }
            for kept in ["", "kept"] {
                try await expectFailure(.permissionDenied) {
                    try await service.quotas.batchConsume(
                        .init(
                            tenantCode: code, items: [.init(resource: .apiCalls, amount: 1)],
                            userId: "the-viewer", idempotencyKey: kept), options: user)
                }
            }
            let manager = CallOptions.acting(as: "the-manager")
            try await Self.take(1, for: "the-viewer", of: code, service, options: manager)
            try await expectFailure(.resourceExhausted) {
                try await Self.take(1, for: "the-user", of: code, service, options: manager)
            }
            for named in ["nobody", "the-admin-of-another"] {
                let error = try await expectFailure(.notFound) {
                    try await Self.take(1, for: named, of: code, service)
                }
                #expect(error.message.contains("user"))
            }
            try await expectFailure(.invalidArgument) {
                try await Self.take(1, for: "no user", of: code, service)
            }
            // Whoever sees usage sees every share, and those who decide on the subscription set it.
            for rank in Services.ranks {
                let options = CallOptions.acting(as: rank.user)
                #expect(try await Self.list(service, code, options: options).count == 2)
                guard rank.role != .admin else { continue }
                try await expectFailure(.permissionDenied) {
                    try await Self.set(9, for: "the-user", of: code, service, options: options)
                }
            }
            try await expectFailure(.permissionDenied) {
                try await Self.set(9, for: "the-user", of: code, service)
            }
        }
    }

    @Test("is taken from with the key's hour and the tenant's month, from all or from none")
    func threeLevels() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("levels")
            try await Self.set(40, for: "the-user", of: code, services)
            let key = try await services.createKey(
                of: code, ["write"], rateLimit: 4
            ).apiKey
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                for _ in 0..<3 {
                    try await Self.take(
                        10, for: "the-user", of: code, program, options: .bearing(key))
                }
                let share = try await expectFailure(.resourceExhausted) {
                    try await Self.take(
                        11, for: "the-user", of: code, program, options: .bearing(key))
                }
                #expect(try share.errorInfo?.metadata["level"] == "user")
                try await Self.take(
                    5, for: "the-user", of: code, program, options: .bearing(key))
                let hour = try await expectFailure(.resourceExhausted) {
                    try await Self.take(
                        5, for: "the-user", of: code, program, options: .bearing(key))
                }
                #expect(try hour.errorInfo?.reason == "API_KEY_RATE_EXCEEDED")
                #expect(try hour.errorInfo?.metadata["level"] == "key")
                #expect(try hour.errorInfo?.metadata["max"] == "4")
            }
            #expect(try await Self.used(code, services) == 35)
            let shares = try await Self.list(services, code)
            #expect(shares["the-user RESOURCE_API_CALLS"]?.current == 35)
        }
    }

    @Test("is taken from in batches, and gets back what is refunded")
    func batches() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("batches")
            try await Self.set(10, for: "the-user", of: code, services)
            try await Self.set(7, for: "the-user", of: code, services, resource: .storage)
            func batch(
                _ calls: [UInt64], _ bytes: UInt64, allOrNone: Bool = true, key: String = ""
            ) async throws -> [UInt32] {
                try await services.quotas.batchConsume(
                    BatchConsumeRequest(
                        tenantCode: code,
                        items: calls.map { .init(resource: .apiCalls, amount: $0) } + [
                            .init(resource: .storage, amount: bytes)
                        ], allOrNone: allOrNone, userId: "the-user", idempotencyKey: key)
                ).results.map { UInt32($0.status?.code ?? 0) }
            }
            for key in ["", "batch"] {
                _ = try await batch([1, 1], 1, key: key)
                for (calls, bytes) in [([6, 6], 1), ([1, 1], 7)] as [([UInt64], UInt64)] {
                    let error = try await expectFailure(.resourceExhausted) {
                        try await batch(calls, bytes, key: key.isEmpty ? "" : "\(bytes)")
                    }
                    #expect(try error.errorInfo?.metadata["level"] == "user")
                }
                let codes = try await batch(
                    [1, 9], 1, allOrNone: false, key: key.isEmpty ? "" : "some")
                #expect(codes == [0, 8, 0])
            }
            var shares = try await Self.list(services, code, user: "the-user")
            #expect(shares["the-user RESOURCE_API_CALLS"]?.current == 6)
            #expect(shares["the-user RESOURCE_STORAGE"]?.current == 4)
            #expect(shares["the-user RESOURCE_STORAGE"]?.renewsAt == nil)
            #expect(try await Self.used(code, services) == 6)
            _ = try await services.quotas.refund(
                .init(
                    tenantCode: code, resource: .apiCalls, amount: 5, reason: "undone",
                    userId: "the-user"))
            shares = try await Self.list(services, code, user: "the-user")
            #expect(shares["the-user RESOURCE_API_CALLS"]?.current == 1)
            try await Self.take(9, for: "the-user", of: code, services)
        }
    }

    @Test("is changed under a version, is listed in pages, and goes with the membership")
    func management() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("managed")
            let request = SetUserQuotaRequest(
                tenantCode: code, userId: "the-user", resource: .transactions, max: 5)
            let first = try await services.quotas.setUserQuota(request)
            #expect(first.quota?.version == 1 && first.quota?.remaining == 5)
            var stale = request
            stale.expectedVersion = 7
            try await expectFailure(.aborted) { try await services.quotas.setUserQuota(stale) }
            var wrong = request
            wrong.remove = true
            try await expectFailure(.invalidArgument) {
                try await services.quotas.setUserQuota(wrong)
            }
            var next = request
            next.max = 0
            next.expectedVersion = 1
            next.validateOnly = true
            _ = try await services.quotas.setUserQuota(next)
            next.validateOnly = false
            #expect(try await services.quotas.setUserQuota(next).quota?.version == 2)
            let error = try await expectFailure(.resourceExhausted) {
                try await services.quotas.consume(
                    ConsumeRequest(
                        tenantCode: code, resource: .transactions, amount: 1, userId: "the-user"))
            }
            #expect(try error.errorInfo?.metadata["max"] == "0", "a share of nothing")
            for rank in Services.ranks {
                try await Self.set(9, for: rank.user, of: code, services)
            }
            var names: [String] = []
            var token = ""
            repeat {
                let page = try await services.quotas.listUserQuotas(
                    .init(tenantCode: code, pageSize: 2, pageToken: token))
                #expect(page.quotas.count <= 2)
                names += page.quotas.map { "\($0.userId) \($0.resource)" }
                token = page.nextPageToken
            } while !token.isEmpty
            #expect(
                names == [
                    "the-admin RESOURCE_API_CALLS", "the-manager RESOURCE_API_CALLS",
                    "the-user RESOURCE_API_CALLS", "the-user RESOURCE_TRANSACTIONS",
                    "the-viewer RESOURCE_API_CALLS",
                ])
            var removal = request
            removal.max = 0
            removal.remove = true
            #expect(try await services.quotas.setUserQuota(removal).quota == nil)
            #expect(try await services.quotas.setUserQuota(removal).quota == nil, "once more")
            _ = try await services.quotas.consume(
                ConsumeRequest(
                    tenantCode: code, resource: .transactions, amount: 1, userId: "the-user"))
            try await Self.take(4, for: "the-user", of: code, services)
            _ = try await services.users.removeUser(.init(tenantCode: code, userId: "the-user"))
            #expect(try await Self.list(services, code, user: "the-user").isEmpty)
            try await expectFailure(.notFound) {
                try await Self.take(1, for: "the-user", of: code, services)
            }
            // Who comes back begins anew, and what was out is not lost.
            try await services.addUser("the-user", .user, to: code)
            try await Self.set(9, for: "the-user", of: code, services)
            try await Self.take(9, for: "the-user", of: code, services)
            try await expectFailure(.resourceExhausted) {
                try await Self.take(1, for: "the-user", of: code, services)
            }
        }
    }

    /// Takes single units until it is refused; how many were admitted, and the level that refused.
    private static func drain(
        _ services: Services, _ code: String, user: String
    ) async throws -> (admitted: Int, levels: Set<String>) {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var admitted = 0
                    while true {
                        do throws(RPCError) {
                            try await take(1, for: user, of: code, services)
                            admitted += 1
                        } catch {
                            #expect(error.code == .resourceExhausted, "\(error)")
                            return (admitted, try error.errorInfo?.metadata["level"] ?? "")
                        }
                    }
                }
            }
            return try await group.reduce(into: (0, [])) {
                $0.0 += $1.0
                $0.1.insert($1.1)
            }
        }
    }

    @Test("is exact over several servers, and shares of more than there is never exceed the tenant")
    func severalServers() async throws {
        let deployment = try await Deployment()
        let second = try await deployment.startAnotherServer("second")
        try await deployment.withServices(over: .unix) { first in
            try await deployment.withServices(of: second) { second in
                let code = try await first.createTenantWithEveryRank("spread")
                try await LeasedQuotaTests.setLimit(2_000, of: code, in: deployment)
                try await Self.set(700, for: "the-user", of: code, first)
                try await Self.set(1_500, for: "the-viewer", of: code, first)
                async let one = Self.drain(first, code, user: "the-user")
                async let two = Self.drain(second, code, user: "the-user")
                let (here, there) = try await (one, two)
                #expect(here.admitted + there.admitted == 700, "the share, to the unit")
                #expect(here.levels.union(there.levels) == ["user"])
                async let three = Self.drain(first, code, user: "the-viewer")
                async let four = Self.drain(second, code, user: "the-viewer")
                let (rest, more) = try await (three, four)
                #expect(rest.admitted + more.admitted == 1_300, "what the tenant has left")
                #expect(rest.levels.union(more.levels) == ["tenant"])
                for services in [first, second] { _ = try await Self.list(services, code) }
                let shares = try await Self.list(first, code)
                #expect(shares["the-user RESOURCE_API_CALLS"]?.current == 700)
                #expect(shares["the-viewer RESOURCE_API_CALLS"]?.current == 1_300)
                #expect(try await Self.used(code, first) == 2_000)
                #expect(try await LeasedQuotaTests.unreconciled(deployment) == 0)
            }
        }
        try await deployment.shutdown()
    }

    @Test("that is changed counts in every server, whether it is new, less, more or none")
    func changed() async throws {
        let deployment = try await Deployment()
        let second = try await deployment.startAnotherServer("second")
        try await deployment.withServices(over: .unix) { first in
            try await deployment.withServices(of: second) { second in
                let code = try await first.createTenantWithEveryRank("moving")
                func isRefused(by services: Services) async throws -> Bool {
                    do throws(RPCError) {
                        try await Self.take(1, for: "the-user", of: code, services)
                        return false
                    } catch {
                        #expect(error.code == .resourceExhausted)
                        return true
                    }
                }
                // Both remember that there is no share.
                for services in [first, second] {
                    #expect(try await !isRefused(by: services))
                }
                try await Self.set(0, for: "the-user", of: code, first)
                #expect(try await isRefused(by: first), "at once where it was set")
                try await deployment.eventually { try await isRefused(by: second) }
                try await Self.set(6, for: "the-user", of: code, first)
                try await deployment.eventually { try await !isRefused(by: second) }
                _ = try await Self.drain(second, code, user: "the-user")
                _ = try await Self.list(second, code)
                let shares = try await Self.list(first, code)
                #expect(shares["the-user RESOURCE_API_CALLS"]?.current == 6)
                try await Self.set(3, for: "the-user", of: code, second)
                for services in [first, second] { #expect(try await isRefused(by: services)) }
                _ = try await second.quotas.setUserQuota(
                    .init(
                        tenantCode: code, userId: "the-user", resource: .apiCalls, remove: true))
                for services in [second, first] {
                    try await deployment.eventually { try await !isRefused(by: services) }
                }
            }
        }
        try await deployment.shutdown()
    }
}
