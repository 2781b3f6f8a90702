internal import TTRPC
internal import TenancyAPI
internal import TestSupport
internal import Testing

@Suite("Checking and explaining access", .timeLimit(.minutes(5)))
struct ExplainAndCheckTests {
    private static let seed: UInt64 = 20_261_129
    private static let permissions = [
        "view_tenant", "manage_tenant", "view_users", "manage_users", "view_usage", "consume",
        "view_api_keys", "manage_api_keys", "view_activity", "verify_audit", "export_tenant",
    ]
    private static let features = ["", "trading", "banking", "absent"]

    /// A tenant with roles, grants and keys that the generator has thrown together.
    private struct Random {
        var generator = SplitMix(seed: ExplainAndCheckTests.seed)

        mutating func some<Element>(of all: [Element], atLeast least: Int = 0) -> [Element] {
            Array(all.shuffled(using: &generator).prefix(pick(least...4)))
        }

        mutating func pick(_ range: ClosedRange<Int>) -> Int {
            Int.random(in: range, using: &generator)
        }

        mutating func one<Element>(_ all: [Element]) -> Element { all[pick(0...all.count - 1)] }
    }

    @Test("never differ, one by one or many at once, whatever somebody has been given")
    func same() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            var random = Random()
            for _ in 0..<3 {
                let code = Examples.code("explained")
                var tenant = Examples.newTenant(code: code)
                tenant.features = .init(json: #"{"trading": true, "banking": false}"#)
                _ = try await services.tenants.createTenant(tenant)
                for (user, role) in Services.ranks {
                    try await services.addUser(
                        user, role, permissions: random.some(of: Self.permissions), to: code)
                }
                let keys = try await Self.fill(code, services, deployment, &random)
                var questions: [AccessQuestion] = []
                for _ in 0..<100 {
                    let isUser = random.pick(0...3) > 0
                    questions.append(
                        AccessQuestion(
                            userId: isUser
                                ? random.one(Services.ranks.map(\.user) + ["stranger"]) : "",
                            keyId: isUser ? 0 : random.one(keys + [.max]),
                            permission: random.one(Self.permissions),
                            feature: random.one(Self.features),
                            sourceAddress: random.one(["", "192.0.2.1", "198.51.100.1"])))
                }
                try await Self.compare(questions, of: code, services)
                _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
                try await Self.compare(questions, of: code, services)
            }
        }
    }

    /// Roles, grants of which some are over, and keys of which some do not work.
    private static func fill(
        _ code: String, _ services: Services, _ deployment: Deployment, _ random: inout Random
    ) async throws -> [Int64] {
        for role in ["one", "two"] {
            try await services.createRole(role, random.some(of: permissions, atLeast: 1), of: code)
        }
        for (user, _) in Services.ranks {
            for role in random.some(of: ["one", "two"]) {
                try await services.grant(user, role: role, of: code)
            }
            for permission in random.some(of: permissions) {
                try await services.grant(user, permission: permission, of: code)
            }
        }
        _ = try await deployment.query(
            """
            UPDATE tenant_grants g
            SET granted_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'
            FROM tenants t WHERE t.id = g.tenant_id AND t.tenant_code = '\(code)'
                AND hashtext(g.user_id || g.grant_name) % 2 = 0
            """)
        var keys: [Int64] = []
        for place in 0..<4 {
            let key = try await services.createKey(
                of: code, random.some(of: permissions + ["read", "write"], atLeast: 1),
                allowedIps: place == 1 ? ["192.0.2.0/24"] : [])
            keys.append(key.keyId)
        }
        _ = try await services.apiKeys.rotateApiKey(
            .init(tenantCode: code, keyId: keys[2], overlapSeconds: 60))
        try await services.revoke(keys[3], of: code)
        return keys
    }

    private static func compare(
        _ questions: [AccessQuestion], of code: String, _ services: Services
    ) async throws {
        let batch = try await services.access.batchCheckAccess(
            .init(tenantCode: code, questions: questions)
        ).answers
        #expect(batch.count == questions.count)
        for (question, answer) in zip(questions, batch) {
            let check = try await services.access.checkAccess(
                .init(tenantCode: code, question: question))
            let explained = try await services.access.explainAccess(
                .init(tenantCode: code, question: question))
            #expect(
                check.allowed == explained.allowed && check.decidedBy == explained.decidedBy,
                "seed \(seed): \(question)")
            #expect(
                answer.allowed == explained.allowed && answer.decidedBy == explained.decidedBy,
                "seed \(seed): \(question)")
            // The way leads to the answer.
            let last = try #require(explained.path.last)
            #expect(last.passed == explained.allowed, "seed \(seed): \(explained)")
            #expect(
                explained.path.contains {
                    $0.kind == explained.decidedBy && $0.passed == explained.allowed
                }, "seed \(seed): \(explained)")
            #expect(explained.path.allSatisfy { !$0.message.isEmpty && !$0.name.isEmpty })
        }
    }

    @Test("is asked about by rules, of the caller's own tenant")
    func rules() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("asked")
            let error = try await expectFailure(.invalidArgument) {
                try await services.access.checkAccess(.init(tenantCode: code))
            }
            #expect(try error.violatedFields == ["question.permission", "question.user_id"])
            let batch = try await expectFailure(.invalidArgument) {
                try await services.access.batchCheckAccess(
                    .init(
                        tenantCode: code,
                        questions: [
                            .init(userId: "u", permission: "consume"),
                            .init(userId: "u", keyId: 1, permission: "fly"),
                        ]))
            }
            #expect(
                try batch.violatedFields == ["questions[1].permission", "questions[1].user_id"])
            for count in [0, 101] {
                let error = try await expectFailure(.invalidArgument) {
                    try await services.access.batchCheckAccess(
                        .init(
                            tenantCode: code,
                            questions: [AccessQuestion](
                                repeating: .init(userId: "u", permission: "consume"),
                                count: count)))
                }
                #expect(try error.violatedFields == ["questions"])
            }
            let catalog = try await services.access.listPermissions(.init()).permissions
            #expect(catalog.map(\.permission) == catalog.map(\.permission).sorted())
            #expect(catalog.count >= 17)
            #expect(
                catalog.first { $0.permission == "consume" }?.roles == ["admin", "manager", "user"])
        }
    }
}
