internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("UpdateTenant", .timeLimit(.minutes(5)))
struct UpdateTenantTests {
    private static func rename(_ code: String, to name: String = "New Name") -> UpdateTenantRequest
    {
        UpdateTenantRequest(
            tenantCode: code, updateMask: .init(paths: ["tenant_name"]), tenantName: name)
    }

    @Test("changes what the mask names, and nothing else", arguments: Way.allCases)
    func success(over way: Way) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: way) { services in
            let code = Examples.code("update")
            var request = Examples.newTenant(code: code)
            request.features = JsonObject(json: #"{"trading": true}"#)
            let created = try await services.tenants.createTenant(request).tenant
            var expected = try #require(created)
            let answer = try await services.tenants.updateTenant(
                UpdateTenantRequest(
                    tenantId: expected.id,
                    updateMask: .init(paths: ["support_email", "settings", "time_zone"]),
                    tenantName: "Not named", supportEmail: "help@example.com",
                    settings: JsonObject(json: #"{"a": 1}"#), timeZone: "Europe/London"))
            #expect(answer.success)
            let updated = try #require(answer.tenant)
            expected.supportEmail = "help@example.com"
            expected.settings = JsonObject(json: #"{"a": 1}"#)
            expected.timeZone = "Europe/London"
            expected.version = 2
            expected.updatedAt = updated.updatedAt
            #expect(updated == expected)
            #expect(
                try await services.tenants.getTenant(.init(tenantCode: code)).tenant == updated)
            #expect(try await deployment.actions(of: code).last == "tenant_updated")
            #expect(
                try await deployment.number(
                    """
                    SELECT count(*) FROM tenant_subscriptions s JOIN tenants t ON t.id = s.tenant_id
                    WHERE t.tenant_code = '\(code)' AND s.period_end AT TIME ZONE 'Europe/London'
                        = date_trunc('month', s.period_end AT TIME ZONE 'Europe/London')
                    """) == 1)
        }
    }

    @Test("takes a domain, and gives the one before back")
    func domain() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let (first, second) = (Examples.code("domain"), Examples.code("domain"))
            var request = Examples.newTenant(code: first)
            request.domain = "\(first).example.com"
            _ = try await services.tenants.createTenant(request)
            _ = try await services.tenants.createTenant(Examples.newTenant(code: second))
            func claim(_ code: String, _ domain: String) async throws -> UpdateTenantResponse {
                try await services.tenants.updateTenant(
                    UpdateTenantRequest(
                        tenantCode: code, updateMask: .init(paths: ["domain"]), domain: domain))
            }
            let error = try await expectFailure(.alreadyExists) {
                try await claim(second, "\(first).example.com")
            }
            #expect(try error.resourceInfo?.resourceName == "\(first).example.com")
            #expect(try await claim(first, "").tenant?.domain == "")
            #expect(
                try await claim(second, "\(first).example.com").tenant?.domain
                    == "\(first).example.com")
        }
    }

    @Test("keeps a zone as it is spelled, and a licence with its regulatory body")
    func spelling() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = Examples.code("spelled")
            var request = Examples.newTenant(code: code)
            request.timeZone = "asia/KOLKATA"
            #expect(
                try await services.tenants.createTenant(request).tenant?.timeZone == "Asia/Kolkata")
            func update(_ field: String, _ value: String) async throws -> Tenant? {
                var request = UpdateTenantRequest(
                    tenantCode: code, updateMask: .init(paths: [field]))
                request.timeZone = value
                request.licenseNumber = value
                request.regulatoryBody = value
                return try await services.tenants.updateTenant(request).tenant
            }
            #expect(try await update("time_zone", "europe/london")?.timeZone == "Europe/London")
            // The same zone again is no change.
            #expect(try await update("time_zone", "EUROPE/LONDON")?.version == 2)
            func expectRefused(_ field: String, _ value: String) async throws {
                let error = try await expectFailure(.invalidArgument) {
                    try await update(field, value)
                }
                #expect(
                    try error.badRequest?.fieldViolations.map(\.description)
                        == ["must come with a regulatory_body"])
                #expect(try error.violatedFields == ["license_number"])
            }
            try await expectRefused("license_number", "X1")
            _ = try await update("regulatory_body", "RBI")
            _ = try await update("license_number", "X1")
            try await expectRefused("regulatory_body", "")
            request.tenantCode = Examples.code("licensed")
            request.licenseNumber = "X1"
            request.tenantName = "Axis \u{202E}knaB"
            let error = try await expectFailure(.invalidArgument) {
                try await services.tenants.createTenant(request)
            }
            #expect(try error.violatedFields == ["tenant_name", "license_number"])
        }
    }

    /// A request's change, and the fields that are refused.
    static let violations: [(@Sendable (inout UpdateTenantRequest) -> Void, [String])] = [
        ({ $0.updateMask = nil }, ["update_mask"]),
        ({ $0.updateMask = .init(paths: ["status"]) }, ["update_mask"]),
        ({ $0.tenantName = "" }, ["tenant_name"]),
        (
            {
                $0.updateMask?.paths.append("logo_url"); $0.logoUrl = "http://x.y"
            }, ["logo_url"]
        ),
        (
            {
                $0.updateMask?.paths.append("time_zone"); $0.timeZone = "A/B"
            }, ["time_zone"]
        ),
        (
            {
                $0.updateMask?.paths.append("features"); $0.features = .init(json: "[]")
            },
            ["features"]
        ),
        ({ $0.expectedVersion = -1 }, ["expected_version"]),
        ({ $0.idempotencyKey = "a b" }, ["idempotency_key"]),
        ({ $0.tenantId = 1 }, ["tenant_code"]),
        (
            {
                $0.tenantCode = "X"; $0.updateMask = nil; $0.expectedVersion = -1
            },
            ["tenant_code", "update_mask", "expected_version"]
        ),
    ]

    @Test("names every field that breaks a rule", arguments: violations.indices)
    func invalid(_ index: Int) async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            var request = Self.rename(try await services.createTenant("invalid"))
            let (change, fields) = Self.violations[index]
            change(&request)
            let error = try await expectFailure(.invalidArgument) {
                try await services.tenants.updateTenant(request)
            }
            #expect(try error.violatedFields == fields)
        }
    }

    @Test("with the version that was seen loses no update")
    func version() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("version")
            let outcomes = try await withThrowingTaskGroup(of: RPCError?.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        var request = Self.rename(code, to: "Name \(index)")
                        request.expectedVersion = 1
                        do throws(RPCError) {
                            _ = try await services.tenants.updateTenant(request)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1)
            for error in outcomes.compactMap(\.self) {
                #expect(error.code == .aborted)
                #expect(try error.errorInfo?.reason == "VERSION_MISMATCH")
            }
            #expect(
                try await services.tenants.getTenant(.init(tenantCode: code)).tenant?.version == 2)
        }
    }

    @Test("made again under a key gives the same answer, and other requests are refused")
    func retry() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("retry")
            var request = Self.rename(code, to: "First")
            request.idempotencyKey = "k"
            let first = try await services.tenants.updateTenant(request)
            _ = try await services.tenants.updateTenant(Self.rename(code, to: "Second"))
            #expect(try await services.tenants.updateTenant(request) == first)
            // What was done is answered, whatever became of the tenant.
            _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
            #expect(try await services.tenants.updateTenant(request) == first)
            request.tenantName = "Third"
            let error = try await expectFailure(.failedPrecondition) {
                try await services.tenants.updateTenant(request)
            }
            #expect(try error.errorInfo?.reason == "IDEMPOTENCY_KEY_REUSED")
            let present = try await services.tenants.getTenant(.init(tenantCode: code)).tenant
            #expect(present?.tenantName == "Second")
            #expect(try await deployment.actions(of: code).count { $0 == "tenant_updated" } == 2)
        }
    }

    @Test("only validated shows what would be, and changes nothing")
    func validateOnly() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("validate")
            let before = try await services.tenants.getTenant(.init(tenantCode: code))
            var request = Self.rename(code)
            request.idempotencyKey = "k"
            request.validateOnly = true
            let answer = try await services.tenants.updateTenant(request)
            #expect(answer.tenant?.tenantName == "New Name" && answer.tenant?.version == 2)
            #expect(try await services.tenants.getTenant(.init(tenantCode: code)) == before)
            #expect(try await !deployment.actions(of: code).contains("tenant_updated"))
            request.expectedVersion = 9
            try await expectFailure(.aborted) {
                try await services.tenants.updateTenant(request)
            }
        }
    }

    @Test("that changes nothing makes no version and no row in the log")
    func unchanged() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("unchanged")
            let before = try await services.tenants.getTenant(.init(tenantCode: code)).tenant
            let answer = try await services.tenants.updateTenant(
                Self.rename(code, to: "Test Tenant"))
            #expect(answer.tenant == before)
            #expect(try await !deployment.actions(of: code).contains("tenant_updated"))
        }
    }

    @Test("of a tenant that is not active is refused")
    func notActive() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("stopped")
            _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
            for status in ["suspended", "inactive"] {
                let error = try await expectFailure(.failedPrecondition) {
                    try await services.tenants.updateTenant(Self.rename(code))
                }
                let info = try #require(try error.errorInfo)
                #expect(info.reason == "TENANT_NOT_ACTIVE")
                #expect(info.metadata["status"] == status)
                if status == "suspended" {
                    _ = try await services.tenants.deactivateTenant(.init(tenantCode: code))
                }
            }
        }
    }

    @Test("is for administrators, services and managers of the tenant")
    func callers() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withCallers("update") { callers in
            let code = try await callers.administrator.createTenant("callers")
            let other = try await callers.administrator.createTenant("callers")
            try await deployment.insertUsers(
                [("boss", "admin"), ("lead", "manager"), ("clerk", "user"), ("guest", "viewer")],
                in: code)
            try await deployment.insertUsers([("stranger", "admin")], in: other)
            let tenants = callers.service.tenants
            _ = try await tenants.updateTenant(Self.rename(code, to: "By service"))
            for user in ["boss", "lead"] {
                let answer = try await tenants.updateTenant(
                    Self.rename(code, to: "By \(user)"), options: .acting(as: user))
                #expect(answer.tenant?.tenantName == "By \(user)")
            }
            for user in ["clerk", "guest"] {
                try await expectFailure(.permissionDenied) {
                    try await tenants.updateTenant(Self.rename(code), options: .acting(as: user))
                }
            }
            let foreign = try await expectFailure(.notFound) {
                try await tenants.updateTenant(Self.rename(code), options: .acting(as: "stranger"))
            }
            let absent = try await expectFailure(.notFound) {
                try await tenants.updateTenant(
                    Self.rename("no-such-tenant"), options: .acting(as: "stranger"))
            }
            #expect(foreign == absent)
            try await expectFailure(.unauthenticated) {
                try await callers.anonymous.tenants.updateTenant(Self.rename(code))
            }
        }
    }
}
