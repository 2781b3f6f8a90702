internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A tenant's settings", .timeLimit(.minutes(5)))
struct ConfigurationTests {
    static let branding = ##"""
        {
          "domain": "bfc.vyomo.in",
          "logoUrl": "https://cdn.vyomo.in/tenants/bfc/logo.png",
          "primaryColor": "#FF6B00",
          "secondaryColor": "#00A651",
          "favicon": "https://cdn.vyomo.in/tenants/bfc/favicon.ico",
          "companyName": "BFC Bank",
          "supportEmail": "support@bfcbank.com",
          "brandingSettings": {
            "showPoweredBy": false,
            "customFooter": "© 2026 BFC Bank. All rights reserved.",
            "theme": "dark"
          }
        }
        """##

    static let flags = """
        {
          "trading": true,
          "banking": true,
          "ml_predictions": true,
          "blockchain_audit": true,
          "custom_dashboards": true,
          "api_access": true,
          "white_label": true
        }
        """

    static let integration = """
        {
          "bfc_api_endpoint": "https://api.bfcbank.com",
          "webhook_url": "https://bfc.vyomo.in/webhooks",
          "smtp_config": {
            "host": "smtp.bfcbank.com",
            "port": 587,
            "from": "noreply@bfcbank.com"
          }
        }
        """

    @Test("are made, read, replaced and removed; the documented examples as they stand")
    func life() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("settings")
            try await services.set("branding", Self.branding, .branding, of: code)
            try await services.set("flags", Self.flags, .feature, of: code, description: "All on")
            let made = try await services.set("apis", Self.integration, .integration, of: code)
            #expect(made?.createdAt == made?.updatedAt)
            let page = try await services.settings(of: code)
            #expect(page.configurations.map(\.configKey) == ["apis", "branding", "flags"])
            #expect(
                page.configurations.map(\.configType) == [.integration, .branding, .feature])
            #expect(page.configurations.map(\.description) == ["", "", "All on"])
            #expect(page.configurations.allSatisfy { $0.version == 1 && !$0.isSensitive })
            #expect(page.configurations.allSatisfy { $0.updatedBy.hasPrefix("platform:uid:") })
            #expect(page.branding?.companyName == "BFC Bank")
            // The register's, which has none.
            #expect(page.branding?.domain == "")
            let replaced = try await services.set("flags", #"{"trading": false}"#, of: code)
            #expect(replaced?.configValue?.json == #"{"trading": false}"#)
            #expect(replaced?.description == "" && replaced?.version == 2)
            #expect(replaced?.createdAt == page.configurations.last?.createdAt)
            _ = try await services.configurations.deleteConfiguration(
                .init(tenantCode: code, configKey: "apis"))
            #expect(
                try await services.settings(of: code).configurations.map(\.configKey)
                    == ["branding", "flags"])
            #expect(
                try await deployment.activity(
                    of: code,
                    columns: "action || ' ' || entity_id || ' ' || (details->>'version')") == [
                        "config_created branding 1", "config_created flags 1",
                        "config_created apis 1", "config_updated flags 2",
                        "config_deleted apis 1",
                    ])
            // Small values are in the log, old and new; long ones are not.
            let log = try await deployment.activity(of: code, columns: "details::text")
            try #require(log.count == 5)
            #expect(
                log[3].contains(#""old_value": {"#)
                    && log[3].contains(#""new_value": {"trading": f"#)
            )
        }
    }

    @Test("resolve to the look of the tenant, field by field")
    func look() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            var tenant = Examples.newTenant(code: Examples.code("look"))
            tenant.primaryColor = "#800080"
            tenant.secondaryColor = "#FFA500"
            _ = try await services.tenants.createTenant(tenant)
            let code = tenant.tenantCode
            // The documented step of the white label.
            try await services.set(
                "branding",
                """
                {"theme": "professional", "showPoweredBy": false,
                 "customFooter": "© 2026 Axis Securities Ltd"}
                """, .branding, of: code)
            try await services.set(
                "another", ##"{"secondaryColor": "#111111", "theme": "dark"}"##, .branding,
                of: code)
            try await services.set(
                "hidden", ##"{"primaryColor": "#999999"}"##, .branding, of: code,
                isSensitive: true)
            let look = try await services.settings(of: code).branding
            #expect(look?.primaryColor == "#800080")
            #expect(look?.secondaryColor == "#111111")
            #expect(look?.companyName == "Test Tenant")
            #expect(look?.favicon.hasPrefix("https://") == true)
            let further = look?.brandingSettings?.json ?? ""
            #expect(further.contains(#""theme": "professional""#))
            #expect(further.contains(#""showPoweredBy": false"#))
            let known = try await services.tenants.getPublicTenantInfo(.init(tenantCode: code))
            #expect(known.tenant?.branding == look)
        }
    }

    @Test("are paged by key, by type and by the beginning of the key")
    func pages() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("paged")
            for number in 0..<7 {
                try await services.set("flag-\(number)", "true", .feature, of: code)
            }
            try await services.set("flag-x", "{}", .security, of: code)
            try await services.set("limit", "{}", .security, of: code)
            var request = GetConfigurationsRequest(
                tenantCode: code, pageSize: 3, configType: .feature, keyPrefix: "flag-")
            var keys: [String] = []
            repeat {
                let page = try await services.configurations.getConfigurations(request)
                #expect(page.configurations.count <= 3)
                keys += page.configurations.map(\.configKey)
                request.pageToken = page.nextPageToken
                if keys.count == 3 {
                    // What comes before the position does not disturb the pages after it.
                    try await services.set("flag-00", "true", .feature, of: code)
                }
            } while !request.pageToken.isEmpty
            #expect(keys == (0..<7).map { "flag-\($0)" })
            // A token belongs to its filters.
            request.pageSize = 1
            let first = try await services.configurations.getConfigurations(request)
            request.pageToken = first.nextPageToken
            request.configType = .security
            let error = try await expectFailure(.invalidArgument) {
                try await services.configurations.getConfigurations(request)
            }
            #expect(try error.violatedFields == ["page_token"])
        }
    }

    @Test("fit a frame however long they are: a page ends where it would become too large")
    func longValues() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("long")
            let value = #"{"text": ""# + String(repeating: "x", count: 65_000) + #""}"#
            for number in 10..<60 {
                try await services.set("long-\(number)", value, .billing, of: code)
            }
            var request = GetConfigurationsRequest(tenantCode: code, pageSize: 1000)
            var keys: [String] = []
            var pages = 0
            repeat {
                let page = try await services.configurations.getConfigurations(request)
                #expect(page.configurations.allSatisfy { $0.configValue?.json == value })
                keys += page.configurations.map(\.configKey)
                pages += 1
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            #expect(keys == (10..<60).map { "long-\($0)" })
            #expect(pages == 2)
            let tooLong = #"{"text": ""# + String(repeating: "x", count: 65_536) + #""}"#
            let error = try await expectFailure(.invalidArgument) {
                try await services.set("too-long", tooLong, .billing, of: code)
            }
            #expect(try error.violatedFields == ["config_value"])
        }
    }

    @Test("are a thousand at most")
    func many() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("many")
            _ = try await deployment.query(
                """
                INSERT INTO tenant_configurations (
                    tenant_id, config_key, config_type, config_value, updated_by)
                SELECT t.id, 'k' || n, 'feature', 'true', ''
                FROM tenants t, generate_series(1, 999) n WHERE t.tenant_code = '\(code)'
                """)
            try await services.set("last", "true", .feature, of: code)
            let error = try await expectFailure(.resourceExhausted) {
                try await services.set("one-more", "true", .feature, of: code)
            }
            #expect(try error.errorInfo?.reason == "TOO_MANY_CONFIGURATIONS")
            try await services.set("last", "false", of: code)
            _ = try await services.configurations.deleteConfiguration(
                .init(tenantCode: code, configKey: "k7"))
            try await services.set("one-more", "true", .feature, of: code)
        }
    }
}
