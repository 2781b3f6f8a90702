internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Two servers that remember what they read", .timeLimit(.minutes(5)))
struct TwoServersTests {
    private static let options = CallOptions(
        metadata: Metadata([("bfc-actor", "user_1")]))

    /// A call that nothing but what is remembered decides on, and that is warm on both servers.
    private static func check(_ services: Services, _ code: String) async throws(RPCError) {
        _ = try await services.quotas.checkQuota(
            CheckQuotaRequest(tenantCode: code, resource: .users, amount: 1), options: options)
    }

    /// Asks until the answer is that code; the suite's time limit ends it otherwise.
    private static func untilRefused(
        _ services: Services, _ code: String, with expected: RPCError.Code
    ) async throws {
        while true {
            do throws(RPCError) {
                try await check(services, code)
            } catch {
                #expect(error.code == expected, "\(error)")
                return
            }
        }
    }

    private static func untilAdmitted(_ services: Services, _ code: String) async throws {
        while (try? await check(services, code)) == nil { try Task.checkCancellation() }
    }

    @Test("both see what is changed past them, and believe nothing once the database is gone")
    func changesPastThem() async throws {
        let deployment = try await Deployment()
        let second = try await deployment.startAnotherServer("second")
        let service = try await deployment.clientTLS(
            name: "engine", spiffeID: "spiffe://bfc-vyomo/service/engine")
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("remembered")
        }
        try await deployment.withServices(over: service) { first in
            try await deployment.withServices(of: second, over: service) { second in
                for change in Self.changes(of: code) {
                    _ = try await deployment.query(change.toAdmit)
                    for server in [first, second] {
                        try await Self.untilAdmitted(server, code)
                        for _ in 0..<10 { try await Self.check(server, code) }
                    }
                    _ = try await deployment.query(change.toRefuse)
                    for server in [first, second] {
                        try await Self.untilRefused(server, code, with: change.refusal)
                        // Once seen, it stays so.
                        for _ in 0..<10 {
                            try await expectFailure(change.refusal) {
                                try await Self.check(server, code)
                            }
                        }
                    }
                }
                _ = try await deployment.query(Self.changes(of: code)[0].toAdmit)
                for server in [first, second] { try await Self.untilAdmitted(server, code) }
                try await deployment.stopPostgres(mode: "immediate")
                for server in [first, second] {
                    try await Self.untilRefused(server, code, with: .unavailable)
                }
                try await deployment.startPostgres()
                for server in [first, second] { try await Self.untilAdmitted(server, code) }
            }
        }
        try await deployment.shutdown()
    }

    /// The name that each server shows of a tenant, to those who know it and to everybody.
    private static func names(
        of code: String, _ services: Services
    ) async throws -> [String?] {
        let page = try await services.settings(of: code)
        let open = try await services.tenants.getPublicTenantInfo(.init(tenantCode: code))
        return [
            page.configurations.first?.configValue?.json, page.branding?.companyName,
            open.tenant?.branding?.companyName,
        ]
    }

    @Test("show a setting and a look that the other one, or nobody, has changed")
    func settings() async throws {
        let deployment = try await Deployment()
        let second = try await deployment.startAnotherServer("second")
        try await deployment.withServices(over: .unix) { first in
            let code = try await first.createTenant("seen")
            try await deployment.withServices(of: second) { second in
                let servers = [first, second]
                for round in 0..<12 {
                    let name = "name-\(round)"
                    let value = #"{"companyName": "\#(name)"}"#
                    // Both have it in mind when it changes.
                    for server in servers where round > 0 {
                        for _ in 0..<5 { _ = try await Self.names(of: code, server) }
                    }
                    if round % 3 == 2 {
                        _ = try await deployment.query(
                            """
                            UPDATE tenant_configurations SET config_value = '\(value)'
                            WHERE tenant_id = (
                                SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(code)')
                            """)
                    } else {
                        try await servers[round % 2].set(
                            "branding", value, round == 0 ? .branding : .unspecified, of: code)
                        // Who changed it shows it at once.
                        #expect(
                            try await Self.names(of: code, servers[round % 2]) == [
                                value, name, name,
                            ])
                    }
                    for server in servers {
                        while try await Self.names(of: code, server) != [value, name, name] {
                            try Task.checkCancellation()
                        }
                        // Once seen, it stays so.
                        for _ in 0..<10 {
                            #expect(try await Self.names(of: code, server) == [value, name, name])
                        }
                    }
                }
            }
        }
        try await deployment.shutdown()
    }

    @Test("let a key through exactly as often as it may, and neither once it is revoked")
    func keys() async throws {
        let deployment = try await Deployment()
        let second = try await deployment.startAnotherServer("second")
        let third = try await deployment.startAnotherServer("third")
        try await deployment.withServices(over: .unix) { first in
            let code = try await first.createTenantWithEveryRank("verified")
            try await Self.rate(of: code, first, [second, third], deployment)
            try await deployment.withServices(of: second) { second in
                let servers = [first, second]
                let made = try await first.createKey(of: code, rateLimit: 40)
                let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<100 {
                        group.addTask { try await servers[number % 2].verify(made.apiKey).valid }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(admitted == 40)
                let other = try await second.createKey(of: code)
                for server in servers {
                    #expect(try await server.verify(other.apiKey).valid)
                }
                try await first.revoke(other.keyId, of: code)
                for server in servers {
                    #expect(try await server.verify(other.apiKey).refusal == .revoked)
                }
                // The log is proven alike, and the hash that one answers holds for the other.
                let proof = try await first.activity.verifyAudit(.init(tenantCode: code))
                let again = try await second.activity.verifyAudit(
                    .init(
                        tenantCode: code, knownSequence: proof.lastSequence,
                        knownHash: proof.lastHash))
                #expect(again.valid && again.lastHash == proof.lastHash)
            }
        }
        try await deployment.shutdown()
    }

    /// A family of two keys has one hour over three servers, to the last call.
    private static func rate(
        of code: String, _ first: Services, _ others: [Deployment.AnotherServer],
        _ deployment: Deployment
    ) async throws {
        let old = try await first.createKey(of: code, rateLimit: 200)
        let new = try await first.apiKeys.rotateApiKey(
            .init(tenantCode: code, keyId: old.keyId, overlapSeconds: 3_600))
        let keys = [old.apiKey, new.apiKey]
        try await deployment.withServices(of: others[0]) { second in
            try await deployment.withServices(of: others[1]) { third in
                let servers = [first, second, third]
                let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<450 {
                        group.addTask {
                            try await servers[number % 3].verify(keys[number / 3 % 2]).valid
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(admitted == 200)
                for server in servers {
                    let answer = try await server.verify(new.apiKey)
                    #expect(answer.refusal == .rateLimited && answer.rateRemaining == 0)
                }
            }
        }
    }

    private struct Change {
        let toAdmit: String
        let toRefuse: String
        let refusal: RPCError.Code
    }

    private static func changes(of code: String) -> [Change] {
        let tenant = "(SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(code)')"
        return [
            Change(
                toAdmit: """
                    INSERT INTO tenant_users (tenant_id, user_id, role)
                    VALUES (\(tenant), 'user_1', 'manager')
                    """,
                toRefuse: "DELETE FROM tenant_users WHERE tenant_id = \(tenant)",
                refusal: .notFound),
            Change(
                toAdmit: """
                    INSERT INTO tenant_users (tenant_id, user_id, role)
                    VALUES (\(tenant), 'user_1', 'user')
                    """,
                toRefuse: "UPDATE tenants SET status = 'suspended' WHERE id = \(tenant)",
                refusal: .failedPrecondition),
            Change(
                toAdmit: "UPDATE tenants SET status = 'active' WHERE id = \(tenant)",
                toRefuse: "DELETE FROM tenant_users WHERE tenant_id = \(tenant)",
                refusal: .notFound),
        ]
    }
}
