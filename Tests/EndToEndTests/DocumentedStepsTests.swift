internal import Testing

/// The original's six usage steps with its own requests and answers, enumerations aside, in one go
/// on a new deployment; then its testing checklist.
@Suite("The documented steps, on a new deployment", .timeLimit(.minutes(5)))
struct DocumentedStepsTests {
    @Test("give the documented answers", arguments: Way.allCases)
    func steps(over way: Way) async throws {
        let deployment = try await Deployment()
        let checklist = DocumentedChecklist(deployment: deployment, way: way)
        let before = try await deployment.withClient(over: way) { client in
            let steps = JSONCalls(client: client)
            try await createTenant(steps)
            try await addUsers(steps)
            let key = try await createAPIKey(steps)
            try await configure(steps)
            try await use(steps)
            try await expectQuotas(steps)
            try await expectAnalytics(steps)
            try await checklist.expectAll(steps, key: key)
            return try await checklist.standing(steps)
        }
        try await deployment.restartServer()
        let after = try await deployment.withClient(over: way) { client in
            try await checklist.standing(JSONCalls(client: client))
        }
        #expect(after == before)
        try await deployment.shutdown()
    }

    // MARK: The six steps

    private func createTenant(_ steps: JSONCalls) async throws {
        try await steps.call(
            "TenantService/CreateTenant", Examples.axisSecuritiesJSON,
            answers: Examples.createdJSON)
        // What is made with it: a trial of 30 days with the starter plan's quotas.
        try await steps.call(
            "SubscriptionService/GetSubscription", #"{"tenantId": 2}"#,
            answers: """
                {"success": true, "subscription": {
                    "plan": "PLAN_STARTER", "status": "SUBSCRIPTION_STATUS_TRIAL",
                    "maxUsers": 10, "maxApiCalls": 10000, "maxStorageGb": 5,
                    "maxTransactions": 1000}}
                """)
    }

    private func addUsers(_ steps: JSONCalls) async throws {
        try await steps.call(
            "UserService/AddUser",
            """
            {"tenantId": 2, "userId": "user_123", "role": "ROLE_ADMIN",
             "permissions": ["manage_users", "manage_config", "view_analytics"]}
            """,
            answers: #"{"success": true, "message": "User added to tenant successfully"}"#)
        for user in ["user_124", "user_125"] {
            try await steps.call(
                "UserService/AddUser",
                #"{"tenantId": 2, "userId": "\#(user)", "role": "ROLE_USER"}"#,
                answers: #"{"success": true}"#)
        }
        for user in ["user_123", "user_124"] {
            try await steps.call(
                "UserService/RecordLogin", #"{"tenantId": 2, "userId": "\#(user)"}"#,
                answers: #"{"success": true}"#)
        }
    }

    private func createAPIKey(_ steps: JSONCalls) async throws -> String {
        let answer = try await steps.call(
            "ApiKeyService/CreateApiKey",
            """
            {"tenantId": 2, "keyName": "Production API", "permissions": ["read", "write"],
             "rateLimit": 5000, "allowedIps": ["52.73.145.32", "18.208.160.12"],
             "expiresAt": "2127-02-12T00:00:00Z"}
            """,
            answers: """
                {"success": true,
                 "message": "API key created successfully. Save this key securely - it will not \
                be shown again."}
                """)
        guard case .object(let fields) = answer, case .text(let key)? = fields["apiKey"],
            case .text(let prefix)? = fields["keyPrefix"]
        else {
            Issue.record("no key in the answer")
            return ""
        }
        #expect(key.hasPrefix("vym_2_"))
        #expect(prefix == String(key.prefix(16)))
        return key
    }

    private func configure(_ steps: JSONCalls) async throws {
        try await steps.call(
            "ConfigurationService/SetConfiguration",
            """
            {"tenantId": 2, "configKey": "branding",
             "configValue": {"theme": "professional", "showPoweredBy": false,
                "customFooter": "© 2026 Axis Securities Ltd"},
             "configType": "CONFIG_TYPE_BRANDING"}
            """,
            answers: """
                {"success": true, "configuration": {"configKey": "branding",
                    "configValue": {"theme": "professional", "showPoweredBy": false,
                        "customFooter": "© 2026 Axis Securities Ltd"}}}
                """)
    }

    private func use(_ steps: JSONCalls) async throws {
        let month = [
            ("RESOURCE_API_CALLS", 2547), ("RESOURCE_STORAGE", 1_200_000_000),
            ("RESOURCE_TRANSACTIONS", 156),
        ]
        for (resource, amount) in month {
            try await steps.call(
                "QuotaService/Consume",
                #"{"tenantId": 2, "resource": "\#(resource)", "amount": \#(amount)}"#,
                answers: #"{"allowed": true, "current": \#(amount)}"#)
        }
    }

    private func expectQuotas(_ steps: JSONCalls) async throws {
        try await steps.call(
            "QuotaService/GetQuotas", #"{"tenantId": 2}"#, answers: Examples.quotasJSON)
    }

    private func expectAnalytics(_ steps: JSONCalls) async throws {
        try await steps.call(
            "TenantService/GetTenantAnalytics", #"{"tenantId": 2}"#,
            answers: """
                {"success": true, "analytics": {
                    "totalUsers": 3, "activeUsers30d": 2, "totalApiCalls30d": 2547,
                    "totalTransactions30d": 156, "storageUsedGb": 1.2,
                    "quotaStatus": "healthy"}}
                """)
    }
}
