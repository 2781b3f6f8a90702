internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("GetTenantAnalytics", .timeLimit(.minutes(5)))
struct TenantAnalyticsTests {
    @Test("answers with the documented example's numbers", arguments: Way.allCases)
    func example(over way: Way) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: way) { services in
            let code = try await services.createTenant("analytics")
            let empty = try await services.tenants.getTenantAnalytics(.init(tenantCode: code))
            #expect(empty.success)
            #expect(empty.analytics == TenantAnalytics(quotaStatus: "healthy"))
            try await deployment.insertUsers(
                [("u1", "admin"), ("u2", "user"), ("u3", "viewer")], in: code)
            _ = try await deployment.query(
                """
                UPDATE tenant_users u SET last_login_at = now() FROM tenants t
                WHERE t.id = u.tenant_id AND t.tenant_code = '\(code)' AND u.user_id <> 'u3'
                """)
            for (resource, amount) in Examples.month {
                try await services.consume(amount, resource, of: code)
            }
            let answer = try await services.tenants.getTenantAnalytics(.init(tenantCode: code))
            #expect(
                answer.analytics
                    == TenantAnalytics(
                        totalUsers: 3, activeUsers30d: 2, totalApiCalls30d: 2547,
                        totalTransactions30d: 156, storageUsedGb: 1.2, quotaStatus: "healthy"))
            try await services.consume(7_000, .apiCalls, of: code)
            #expect(
                try await services.tenants.getTenantAnalytics(.init(tenantCode: code)).analytics?
                    .quotaStatus == "critical")
        }
    }

    @Test("is for administrators, services and those of the tenant who may see it")
    func callers() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withCallers("analytics") { callers in
            let code = try await callers.administrator.createTenant("callers")
            let other = try await callers.administrator.createTenant("callers")
            try await deployment.insertUsers([("boss", "admin"), ("guest", "viewer")], in: code)
            try await deployment.insertUsers([("stranger", "admin")], in: other)
            let tenants = callers.service.tenants
            let request = GetTenantAnalyticsRequest(tenantCode: code)
            #expect(try await tenants.getTenantAnalytics(request).success)
            #expect(
                try await tenants.getTenantAnalytics(request, options: .acting(as: "guest"))
                    .analytics?.totalUsers == 2)
            let foreign = try await expectFailure(.notFound) {
                try await tenants.getTenantAnalytics(request, options: .acting(as: "stranger"))
            }
            let absent = try await expectFailure(.notFound) {
                try await tenants.getTenantAnalytics(
                    .init(tenantCode: "no-such-tenant"), options: .acting(as: "stranger"))
            }
            #expect(foreign == absent)
            try await expectFailure(.unauthenticated) {
                try await callers.anonymous.tenants.getTenantAnalytics(request)
            }
            for names in [("", Int64(0)), (code, 1)] {
                let error = try await expectFailure(.invalidArgument) {
                    try await tenants.getTenantAnalytics(
                        .init(tenantCode: names.0, tenantId: names.1))
                }
                #expect(try error.violatedFields == ["tenant_code"])
            }
            try await TenantMove.suspend(callers.administrator, code)
            #expect(
                try await tenants.getTenantAnalytics(request, options: .acting(as: "boss"))
                    .success)
            for options in [CallOptions.acting(as: "guest"), .defaults] {
                let error = try await expectFailure(.failedPrecondition) {
                    try await tenants.getTenantAnalytics(request, options: options)
                }
                #expect(try error.errorInfo?.reason == "TENANT_NOT_ACTIVE")
            }
        }
    }
}

@Suite("GetPublicTenantInfo", .timeLimit(.minutes(5)))
struct PublicTenantInfoTests {
    @Test("answers everybody with the look, its gaps filled by the platform's")
    func success() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withCallers("public") { callers in
            var request = Examples.newTenant(code: Examples.code("public"))
            request.domain = "\(request.tenantCode).example.com"
            request.primaryColor = "#800080"
            request.features = JsonObject(json: #"{"trading": true}"#)
            request.settings = JsonObject(json: #"{"inner": 1}"#)
            _ = try await callers.administrator.tenants.createTenant(request)
            for services in [callers.anonymous, callers.service, callers.administrator] {
                let answer = try await services.tenants.getPublicTenantInfo(
                    .init(tenantCode: request.tenantCode))
                #expect(answer.success)
                let info = try #require(answer.tenant)
                #expect(info.tenantCode == request.tenantCode)
                #expect(info.tenantName == "Test Tenant" && info.tenantType == .fintech)
                #expect(info.features?.json == #"{"trading": true}"#)
                let branding = try #require(info.branding)
                #expect(branding.domain == request.domain)
                #expect(branding.primaryColor == "#800080")
                #expect(branding.secondaryColor == "#00A651")
                #expect(branding.companyName == "Test Tenant")
                // The platform's own, and no other tenant's.
                #expect(branding.logoUrl == "https://cdn.vyomo.in/platform/logo.png")
                #expect(branding.supportEmail == "support@vyomo.in")
            }
        }
    }

    @Test("shows what the operator has set where a tenant says nothing")
    func operatorsLook() async throws {
        let deployment = try await Deployment(settings: [
            "TENANCY_BRANDING_LOGO_URL": "https://cdn.example.com/house.png",
            "TENANCY_BRANDING_PRIMARY_COLOR": "#123456",
            "TENANCY_BRANDING_SUPPORT_EMAIL": "help@example.com",
        ])
        try await deployment.withServices(over: .unix) { services in
            var request = Examples.newTenant(code: Examples.code("plain"))
            request.secondaryColor = "#654321"
            request.supportEmail = ""
            _ = try await services.tenants.createTenant(request)
            let branding = try await services.tenants.getPublicTenantInfo(
                .init(tenantCode: request.tenantCode)
            ).tenant?.branding
            #expect(branding?.logoUrl == "https://cdn.example.com/house.png")
            #expect(branding?.primaryColor == "#123456" && branding?.secondaryColor == "#654321")
            #expect(branding?.supportEmail == "help@example.com")
        }
        try await deployment.shutdown()
    }

    @Test("shows nobody else's domain, whatever a tenant's settings say")
    func foreignDomain() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let (own, other) = (Examples.code("look"), Examples.code("look"))
            for code in [own, other] {
                var request = Examples.newTenant(code: code)
                request.domain = "\(code).example.com"
                _ = try await services.tenants.createTenant(request)
            }
            try await services.set(
                "branding", #"{"domain": "\#(other).example.com"}"#, .branding, of: own)
            let look = try await services.tenants.getPublicTenantInfo(.init(tenantCode: own))
            #expect(look.tenant?.branding?.domain == "\(own).example.com")
        }
    }

    @Test("tells nothing of a tenant that is not active, or is none")
    func hidden() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withCallers("public") { callers in
            let suspended = try await callers.administrator.createTenant("hidden")
            let inactive = try await callers.administrator.createTenant("hidden")
            try await TenantMove.suspend(callers.administrator, suspended)
            try await TenantMove.deactivate(callers.administrator, inactive)
            var errors: Set<String> = []
            for code in [suspended, inactive, "no-such-tenant"] {
                let error = try await expectFailure(.notFound) {
                    try await callers.anonymous.tenants.getPublicTenantInfo(
                        .init(tenantCode: code))
                }
                errors.insert("\(error)")
            }
            #expect(errors.count == 1)
            for code in ["", "A", "Axis Securities"] {
                let error = try await expectFailure(.invalidArgument) {
                    try await callers.anonymous.tenants.getPublicTenantInfo(
                        .init(tenantCode: code))
                }
                #expect(try error.violatedFields == ["tenant_code"])
            }
        }
    }
}
