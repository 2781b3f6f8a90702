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
