internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A request that is wrong", .timeLimit(.minutes(5)))
struct RefusalTests {
    @Test("because no such tenant exists is NOT_FOUND", arguments: Way.allCases)
    func unknownTenant(over way: Way) async throws {
        try await Deployment.shared().withServices(over: way) { services in
            try await expectFailure(.notFound) {
                try await services.tenants.getTenant(.init(tenantCode: "no-such-tenant"))
            }
            try await expectFailure(.notFound) {
                try await services.tenants.getTenant(.init(tenantId: .max))
            }
            try await expectFailure(.notFound) {
                try await services.quotas.getQuotas(.init(tenantCode: "no-such-tenant"))
            }
            try await expectFailure(.notFound) { try await services.check(of: "no-such-tenant") }
            try await expectFailure(.notFound) {
                try await services.consume(1, .users, of: "no-such-tenant")
            }
        }
    }

    /// Both names, and neither.
    static let names: [(code: String, id: Int64)] = [("", 0), ("default", 1)]

    @Test("because it does not name the tenant once names the field", arguments: names)
    func tenantNotNamedOnce(code: String, id: Int64) async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let calls: [() async throws -> Void] = [
                {
                    _ = try await services.tenants.getTenant(
                        .init(tenantCode: code, tenantId: id))
                },
                {
                    _ = try await services.quotas.getQuotas(.init(tenantCode: code, tenantId: id))
                },
                {
                    _ = try await services.quotas.checkQuota(
                        .init(tenantCode: code, resource: .users, amount: 1, tenantId: id))
                },
                {
                    _ = try await services.quotas.consume(
                        .init(tenantCode: code, resource: .users, amount: 1, tenantId: id))
                },
            ]
            for call in calls {
                let error = try await expectFailure(.invalidArgument) { try await call() }
                let fields = try error.violatedFields
                #expect(fields.contains { ["tenant_code", "tenant_id"].contains($0) }, "\(fields)")
            }
        }
    }

    @Test("because of many fields names all of them")
    func everyField() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let error = try await expectFailure(.invalidArgument) {
                try await services.tenants.createTenant(
                    CreateTenantRequest(
                        tenantCode: "Not A Code", tenantName: "", tenantType: .unspecified,
                        status: TenantStatus(rawValue: 99), domain: "not a domain",
                        logoUrl: "http://plain.example/logo.png", primaryColor: "red",
                        secondaryColor: "#12345", adminEmail: "nobody", supportEmail: "@",
                        settings: JsonObject(json: "[1]"), features: JsonObject(json: "{"),
                        timeZone: "not a zone"))
            }
            let fields = Set(try error.violatedFields)
            #expect(
                fields == [
                    "tenant_code", "tenant_name", "tenant_type", "status", "domain", "logo_url",
                    "primary_color", "secondary_color", "admin_email", "support_email", "settings",
                    "features", "time_zone",
                ])
            let violations = try error.badRequest?.fieldViolations ?? []
            #expect(violations.allSatisfy { !$0.description.isEmpty })
        }
    }

    @Test("because no such time zone exists names it: only the database can tell")
    func unknownTimeZone() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            var request = Examples.newTenant(code: Examples.code("martian"))
            request.timeZone = "Mars/Olympus"
            let error = try await expectFailure(.invalidArgument) {
                try await services.tenants.createTenant(request)
            }
            #expect(try error.violatedFields == ["time_zone"])
        }
    }

    @Test("because the code or the domain is taken is ALREADY_EXISTS")
    func taken() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = Examples.code("taken")
            var first = Examples.newTenant(code: code)
            first.domain = "\(code).example.com"
            _ = try await services.tenants.createTenant(first)
            let sameCode = try await expectFailure(.alreadyExists) {
                try await services.tenants.createTenant(Examples.newTenant(code: code))
            }
            #expect(try sameCode.resourceInfo != nil)
            var sameDomain = Examples.newTenant(code: Examples.code("taken"))
            sameDomain.domain = first.domain
            let error = try await expectFailure(.alreadyExists) {
                try await services.tenants.createTenant(sameDomain)
            }
            let taken = try #require(try error.resourceInfo)
            #expect(taken.resourceName == first.domain)
            // What failed left nothing behind: its code is still free.
            sameDomain.domain = ""
            _ = try await services.tenants.createTenant(sameDomain)
        }
    }

    @Test("because of its resource or amount takes nothing")
    func resourceAndAmount() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("wrong")
            let cases: [(UInt64, Resource, RPCError.Code, String)] = [
                (0, .users, .invalidArgument, "amount"),
                (1, .unspecified, .invalidArgument, "resource"),
                (1, Resource(rawValue: 77), .invalidArgument, "resource"),
                (11, .users, .resourceExhausted, ""),
                (1 << 62, .users, .resourceExhausted, ""),
            ]
            for (amount, resource, status, field) in cases {
                let error = try await expectFailure(status, "\(amount) of \(resource)") {
                    try await services.consume(amount, resource, of: code)
                }
                if !field.isEmpty { #expect(try error.violatedFields == [field]) }
            }
            // More than Postgres's bigint: refused one way or the other, never wrapped around.
            do throws(RPCError) {
                try await services.consume(.max, .users, of: code)
                Issue.record("the largest amount was admitted")
            } catch {
                #expect(
                    error.code == .resourceExhausted || error.code == .invalidArgument, "\(error)")
            }
            #expect(
                try await Usage(of: .users, code: code, in: deployment)
                    == Usage(counter: 0, days: 0, activity: 0))
        }
    }

    @Test("or right, only validated, changes nothing")
    func validateOnly() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("validated")
            let answer = try await services.quotas.consume(
                .init(tenantCode: code, resource: .users, amount: 10, validateOnly: true))
            #expect(answer.allowed)
            try await expectFailure(.resourceExhausted) {
                try await services.quotas.consume(
                    .init(tenantCode: code, resource: .users, amount: 11, validateOnly: true))
            }
            #expect(try await Usage(of: .users, code: code, in: deployment).counter == 0)
            var request = Examples.newTenant(code: Examples.code("validated"))
            request.validateOnly = true
            let validated = try await services.tenants.createTenant(request)
            #expect(validated.success)
            #expect(validated.tenantId == 0)
            try await expectFailure(.notFound) {
                try await services.tenants.getTenant(.init(tenantCode: request.tenantCode))
            }
        }
    }
}
