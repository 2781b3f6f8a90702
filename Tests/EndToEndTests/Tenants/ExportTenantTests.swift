internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("ExportTenant", .timeLimit(.minutes(5)))
struct ExportTenantTests {
    private static func export(
        _ services: Services, _ code: String, options: CallOptions = .defaults
    ) async throws -> [ExportTenantResponse] {
        var records: [ExportTenantResponse] = []
        for try await record in try await services.tenants.exportTenant(
            .init(tenantCode: code), options: options)
        {
            records.append(record)
        }
        return records
    }

    @Test("sends every record, and how many there were", arguments: Way.allCases)
    func success(over way: Way) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: way) { services in
            let code = try await services.createTenant("export")
            let other = try await services.createTenant("export")
            // More rows than are read at once.
            try await deployment.insertUsers((0..<250).map { ("u\($0)", "user") }, in: code)
            try await deployment.insertUsers([("stranger", "admin")], in: other)
            try await services.createRole("desk", ["consume"], of: code)
            try await services.grant("u0", role: "desk", of: code)
            try await services.grant("u1", permission: "view_activity", of: code)
            try await services.consume(5, .apiCalls, of: code)
            try await services.consume(7, .storage, of: code)
            let records = try await Self.export(services, code)
            let counts = records.dropLast().reduce(into: [String: Int]()) {
                $0[$1.kind, default: 0] += 1
            }
            let last = try #require(records.last)
            #expect(last.kind == "end")
            let total = try JSONAnswer(last.record?.json ?? "")
            for (kind, count) in counts {
                #expect(try total.contains(JSONAnswer("{\"\(kind)\": \(count)}")))
            }
            #expect(counts["tenant"] == 1 && counts["subscription"] == 1)
            #expect(counts["role"] == 1 && counts["grant"] == 2)
            #expect(counts["user"] == 250 && counts["usage"] == 2)
            // The log says that it was asked for, and that is exported too.
            #expect(records.dropLast().last?.record?.json.contains("tenant_exported") == true)
            #expect(
                try await deployment.number(
                    """
                    SELECT count(*) FROM tenant_activity_logs l JOIN tenants t ON t.id = l.tenant_id
                    WHERE t.tenant_code = '\(code)'
                    """) == Int64(counts["activity"] ?? 0))
            let tenant = try JSONAnswer(#require(records.first?.record?.json))
            #expect(try tenant.contains(JSONAnswer("{\"tenant_code\": \"\(code)\"}")))
            #expect(!records.contains { $0.record?.json.contains("stranger") == true })
        }
    }

    @Test("is for administrators, the platform's and the tenant's own")
    func callers() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withCallers("export") { callers in
            let code = try await callers.administrator.createTenant("export")
            let other = try await callers.administrator.createTenant("export")
            try await deployment.insertUsers([("boss", "admin"), ("lead", "manager")], in: code)
            try await deployment.insertUsers([("stranger", "admin")], in: other)
            #expect(
                try await Self.export(callers.service, code, options: .acting(as: "boss"))
                    .last?.kind == "end")
            for options in [CallOptions.defaults, .acting(as: "lead")] {
                try await expectFailure(.permissionDenied) {
                    try await Self.export(callers.service, code, options: options)
                }
            }
            let foreign = try await expectFailure(.notFound) {
                try await Self.export(callers.service, code, options: .acting(as: "stranger"))
            }
            let absent = try await expectFailure(.notFound) {
                try await Self.export(
                    callers.service, "no-such-tenant", options: .acting(as: "stranger"))
            }
            #expect(foreign == absent)
            try await expectFailure(.unauthenticated) {
                try await Self.export(callers.anonymous, code)
            }
            let wrong = try await expectFailure(.invalidArgument) {
                try await Self.export(callers.administrator, "")
            }
            #expect(try wrong.violatedFields == ["tenant_code"])
            // A tenant that is closed can still be exported, by administrators.
            try await TenantMove.deactivate(callers.administrator, code)
            #expect(
                try await Self.export(callers.administrator, code).last?.kind == "end")
            #expect(
                try await Self.export(callers.service, code, options: .acting(as: "boss"))
                    .last?.kind == "end")
            let refused = try await expectFailure(.permissionDenied) {
                try await Self.export(callers.service, code, options: .acting(as: "lead"))
            }
            #expect(try refused.errorInfo?.reason == "PERMISSION_DENIED")
        }
    }
}
