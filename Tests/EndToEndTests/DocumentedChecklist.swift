internal import TenancyAPI
internal import Testing

/// The original's testing checklist, after its six usage steps.
struct DocumentedChecklist {
    let deployment: Deployment
    let way: Way

    private static let tracked = [
        "login", "logout", "config_created", "config_updated", "config_deleted", "user_added",
        "user_removed", "user_role_changed", "api_key_created", "api_key_revoked",
        "subscription_changed",
    ]

    /// - Parameter key: The API key of the third step.
    func expectAll(_ calls: JSONCalls, key: String) async throws {
        // Database migration successful: there is nothing left to migrate, and it works.
        try await expectFunctions()
        try await expectTriggers()
        try await expectViews()
        try await expectEndpoints()
        try await expectKeyVerification(calls, key: key)
        try await expectQuotaEnforcement(calls)
        try await expectConfiguration(calls)
        try await expectUserManagement(calls)
        try await expectActivityLogging(calls)
    }

    /// What a restart must not change: where the quotas stand, and that the log is whole.
    func standing(_ calls: JSONCalls) async throws -> [JSONAnswer] {
        [
            try await calls.call(
                "QuotaService/GetQuotas", #"{"tenantId": 2}"#, answers: #"{"success": true}"#),
            try await calls.call(
                "ActivityService/VerifyAudit", #"{"tenantId": 2}"#,
                answers: #"{"success": true, "valid": true}"#),
        ]
    }

    // MARK: The database

    private func expectRows(
        _ sql: String, _ rows: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await deployment.query(sql) == rows, sourceLocation: sourceLocation)
    }

    /// All helper functions working, asked by psql.
    private func expectFunctions() async throws {
        try await expectRows(
            "SELECT id, tenant_name FROM get_tenant_by_code('axis-securities')",
            ["2|Axis Securities Ltd"])
        try await expectRows(
            "SELECT user_id, role FROM get_tenant_users_with_roles(2)",
            ["user_123|admin", "user_124|user", "user_125|user"])
        for (resource, row) in [
            ("users", "t|3|10|30.00"), ("api_calls", "t|2547|10000|25.47"),
            ("storage", "t|1.2|5|24.00"), ("transactions", "t|156|1000|15.60"),
        ] {
            try await expectRows(
                """
                SELECT quota_available, current_usage, max_allowed, usage_percentage
                FROM check_tenant_quota(2, '\(resource)')
                """, [row])
        }
        try await expectRows(
            """
            SELECT total_users, active_users_30d, total_api_calls_30d, total_transactions_30d,
                storage_used_gb, quota_status
            FROM get_tenant_analytics(2)
            """, ["3|2|2547|156|1.2|healthy"])
        // Counter and day together, of a tenant that nothing else is expected of.
        try await expectRows("SELECT increment_tenant_resource_usage(1, 'api_calls', 7)", ["t"])
        try await expectRows(
            """
            SELECT current_api_calls, used FROM tenant_subscriptions
            JOIN tenant_resource_usage USING (tenant_id)
            WHERE tenant_id = 1 AND resource_type = 'api_calls'
            """, ["7|7"])
        try await expectRows("SELECT reset_monthly_usage_counters()", ["0"])
        // As of the next month both tenants' months have ended.
        try await expectRows(
            """
            BEGIN;
            SELECT reset_monthly_usage_counters(now() + interval '32 days');
            SELECT sum(current_api_calls), sum(current_transactions), sum(current_users)
            FROM tenant_subscriptions;
            ROLLBACK
            """, ["2", "0|0|3"])
    }

    /// Triggers executing correctly: a setting that is changed by hand is in the log as well.
    private func expectTriggers() async throws {
        try await expectRows(
            """
            SELECT tgrelid::regclass FROM pg_trigger
            WHERE tgfoid = 'log_tenant_config_change'::regproc
            """, ["tenant_configurations"])
        try await expectRows(
            """
            SELECT split_part(actor, ':', 1), action, entity_id, details ->> 'config_type'
            FROM tenant_activity_logs WHERE tenant_id = 2 AND entity_type = 'configuration'
            """, ["platform|config_created|branding|branding"])
        _ = try await deployment.query(
            """
            UPDATE tenant_configurations SET description = 'by hand' WHERE tenant_id = 2;
            UPDATE tenant_users SET role = 'viewer' WHERE tenant_id = 2 AND user_id = 'user_124'
            """)
        try await expectRows(
            """
            SELECT actor, action FROM tenant_activity_logs WHERE tenant_id = 2
            ORDER BY sequence DESC LIMIT 2
            """, ["role:postgres|user_role_changed", "role:postgres|config_updated"])
    }

    /// Views returning accurate data.
    private func expectViews() async throws {
        try await expectRows(
            """
            SELECT tenant_code, status, plan, subscription_status, total_users, quota_status
            FROM tenant_overview WHERE tenant_id = 2
            """, ["axis-securities|active|starter|trial|3|healthy"])
        try await expectRows(
            """
            SELECT resource_type, current_units, max_units, usage_percentage, quota_status
            FROM tenant_quota_status WHERE tenant_id = 2 ORDER BY 1
            """,
            [
                "api_calls|2547|10000|25.47|healthy", "storage|1200000000|5000000000|24.00|healthy",
                "transactions|156|1000|15.60|healthy", "users|3|10|30.00|healthy",
            ])
    }

    // MARK: The calls

    /// API endpoints registered: the server itself names every service.
    private func expectEndpoints() async throws {
        let listed = try await deployment.control(way, ["list"])
        #expect(listed.status == 0, "\(listed.errors)")
        for service in TenancyServices.all {
            #expect(listed.output.contains(service.name), "\(service.name) is not listed")
        }
    }

    private func expectKeyVerification(_ calls: JSONCalls, key: String) async throws {
        try await calls.call(
            "ApiKeyService/VerifyApiKey",
            #"{"apiKey": "\#(key)", "permission": "consume", "sourceAddress": "52.73.145.32"}"#,
            answers: #"{"valid": true, "tenantId": 2, "tenantCode": "axis-securities"}"#)
        try await calls.call(
            "ApiKeyService/VerifyApiKey",
            #"{"apiKey": "\#(key)", "sourceAddress": "10.0.0.1"}"#,
            answers: #"{"valid": false, "refusal": "API_KEY_REFUSAL_ADDRESS_NOT_ALLOWED"}"#)
        let keys = try await calls.call(
            "ApiKeyService/ListApiKeys", #"{"tenantId": 2}"#, answers: #"{"success": true}"#)
        guard case .object(let answer) = keys, case .array(let listed)? = answer["apiKeys"],
            case .object(let fields)? = listed.first, case .number(let id)? = fields["keyId"]
        else {
            Issue.record("no key is listed: \(keys)")
            return
        }
        let shown = try JSONAnswer(
            """
            {"keyName": "Production API", "rateLimit": 5000, "permissions": ["read", "write"],
             "status": "API_KEY_STATUS_ACTIVE", "allowedIps": ["52.73.145.32", "18.208.160.12"]}
            """)
        #expect(listed.first?.contains(shown) == true, "\(listed)")
        try await calls.call(
            "ApiKeyService/RevokeApiKey", #"{"tenantId": 2, "keyId": \#(Int(id))}"#,
            answers: #"{"success": true}"#)
        try await calls.call(
            "ApiKeyService/VerifyApiKey",
            #"{"apiKey": "\#(key)", "sourceAddress": "52.73.145.32"}"#,
            answers: #"{"valid": false, "refusal": "API_KEY_REFUSAL_REVOKED"}"#)
    }

    private func expectQuotaEnforcement(_ calls: JSONCalls) async throws {
        // What is left, and not one more.
        for (amount, isAllowed) in [(844, true), (845, false)] {
            try await calls.call(
                "QuotaService/CheckQuota",
                """
                {"tenantId": 2, "resource": "RESOURCE_TRANSACTIONS", "amount": \(amount)}
                """, answers: #"{"allowed": \#(isAllowed), "remaining": 844}"#)
        }
        // The usage by day sums up to what was taken.
        try await calls.call(
            "QuotaService/GetUsage", #"{"tenantId": 2}"#,
            answers: """
                {"success": true, "totals": {"apiCalls": 2547, "storageBytes": 1200000000,
                    "storageGb": 1.2, "transactions": 156}}
                """)
    }

    /// White label: what the tenant set, over what it is, for everybody; and the documented feature
    /// flags and integration settings.
    private func expectConfiguration(_ calls: JSONCalls) async throws {
        try await calls.call(
            "TenantService/GetPublicTenantInfo", #"{"tenantCode": "axis-securities"}"#,
            answers: """
                {"success": true, "tenant": {
                    "tenantCode": "axis-securities", "tenantName": "Axis Securities Ltd",
                    "tenantType": "TENANT_TYPE_BROKER",
                    "features": {"trading": true, "banking": false},
                    "branding": {"domain": "axis.vyomo.in", "primaryColor": "#800080",
                        "secondaryColor": "#FFA500",
                        "brandingSettings": {"theme": "professional"}}}}
                """)
        for (key, type, value) in [
            ("features", "FEATURE", Examples.featureFlagsJSON),
            ("integrations", "INTEGRATION", Examples.integrationsJSON),
            ("branding", "BRANDING", Examples.brandingJSON),
        ] {
            try await calls.call(
                "ConfigurationService/SetConfiguration",
                """
                {"tenantId": 2, "configKey": "\(key)", "configValue": \(value),
                 "configType": "CONFIG_TYPE_\(type)"}
                """,
                answers: #"{"success": true, "configuration": {"configValue": \#(value)}}"#)
        }
        // All but the domain, which is another's to have.
        let look = Examples.brandingJSON.replacing(
            #""domain": "bfc."#, with: #""domain": "axis."#)
        try await calls.call(
            "TenantService/GetPublicTenantInfo", #"{"tenantCode": "axis-securities"}"#,
            answers: #"{"tenant": {"branding": \#(look)}}"#)
        try await calls.call(
            "ConfigurationService/DeleteConfiguration",
            #"{"tenantId": 2, "configKey": "branding"}"#, answers: #"{"success": true}"#)
    }

    /// A member who is raised, one who leaves and gives the place back, and one who logs out.
    private func expectUserManagement(_ calls: JSONCalls) async throws {
        try await calls.call(
            "UserService/UpdateUser",
            """
            {"tenantId": 2, "userId": "user_124", "updateMask": "role", "role": "ROLE_MANAGER"}
            """, answers: #"{"success": true}"#)
        try await calls.call(
            "UserService/RemoveUser", #"{"tenantId": 2, "userId": "user_125"}"#,
            answers: #"{"success": true}"#)
        try await calls.call(
            "QuotaService/GetQuotas", #"{"tenantId": 2}"#,
            answers: #"{"quotas": {"users": {"current": 2, "max": 10, "percentage": 20}}}"#)
        try await calls.call(
            "UserService/RecordLogout", #"{"tenantId": 2, "userId": "user_123"}"#,
            answers: #"{"success": true}"#)
        try await calls.call(
            "SubscriptionService/ChangeSubscription",
            #"{"tenantId": 2, "plan": "PLAN_PROFESSIONAL"}"#,
            answers: """
                {"success": true, "subscription": {"plan": "PLAN_PROFESSIONAL", "maxUsers": 100,
                    "maxApiCalls": 100000, "maxStorageGb": 50, "maxTransactions": 10000,
                    "currentApiCalls": 2547}}
                """)
    }

    /// Every tracked action of the original has been logged by now, each with who did it.
    private func expectActivityLogging(_ calls: JSONCalls) async throws {
        for action in Self.tracked {
            let answer = try await calls.call(
                "ActivityService/ListActivity",
                #"{"tenantId": 2, "actions": ["\#(action)"], "pageSize": 1}"#,
                answers: #"{"success": true}"#)
            guard case .object(let fields) = answer, case .array(let rows)? = fields["activities"],
                case .object(let row)? = rows.first, case .text(let actor)? = row["actor"]
            else {
                Issue.record("\(action) is not in the log: \(answer)")
                continue
            }
            #expect(row["action"] == .text(action))
            #expect(actor.hasPrefix("platform:") || actor == "role:postgres", "\(actor)")
        }
    }
}

extension Examples {
    /// The documented feature flags.
    static let featureFlagsJSON = """
        {"trading": true, "banking": true, "ml_predictions": true, "blockchain_audit": true,
         "custom_dashboards": true, "api_access": true, "white_label": true}
        """

    /// The documented integration settings.
    static let integrationsJSON = """
        {"bfc_api_endpoint": "https://api.bfcbank.com",
         "webhook_url": "https://bfc.vyomo.in/webhooks",
         "smtp_config": {"host": "smtp.bfcbank.com", "port": 587,
            "from": "noreply@bfcbank.com"}}
        """

    /// The documented branding.
    static let brandingJSON = """
        {"domain": "bfc.vyomo.in", "logoUrl": "https://cdn.vyomo.in/tenants/bfc/logo.png",
         "primaryColor": "#FF6B00", "secondaryColor": "#00A651",
         "favicon": "https://cdn.vyomo.in/tenants/bfc/favicon.ico", "companyName": "BFC Bank",
         "supportEmail": "support@bfcbank.com",
         "brandingSettings": {"showPoweredBy": false,
            "customFooter": "© 2026 BFC Bank. All rights reserved.", "theme": "dark"}}
        """
}
