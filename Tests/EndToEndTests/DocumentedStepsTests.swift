internal import ProtobufSchema
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

/// The original's six usage steps with its own requests and answers, enumerations aside, in one go
/// on a new deployment; then its testing checklist.
@Suite("The documented steps, on a new deployment", .timeLimit(.minutes(5)))
struct DocumentedStepsTests {
    @Test("give the documented answers", arguments: Way.allCases)
    func steps(over way: Way) async throws {
        let deployment = try await Deployment()
        try await deployment.withClient(over: way) { client in
            let steps = JSONCalls(client: client)
            try await createTenant(steps)
            try await addUsers(steps)
            let key = try await createAPIKey(steps)
            try await configure(steps)
            try await use(steps)
            try await expectQuotas(steps)
            try await expectAnalytics(steps)
            try await expectChecklist(steps, key: key)
        }
        try await expectActivity(deployment)
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

    // MARK: The checklist

    private func expectChecklist(_ steps: JSONCalls, key: String) async throws {
        // API key verification, and the allow-list.
        try await steps.call(
            "ApiKeyService/VerifyApiKey",
            #"{"apiKey": "\#(key)", "permission": "consume", "sourceAddress": "52.73.145.32"}"#,
            answers: #"{"valid": true, "tenantId": 2, "tenantCode": "axis-securities"}"#)
        try await steps.call(
            "ApiKeyService/VerifyApiKey",
            #"{"apiKey": "\#(key)", "sourceAddress": "10.0.0.1"}"#,
            answers: #"{"refusal": "API_KEY_REFUSAL_ADDRESS_NOT_ALLOWED"}"#)
        // Quota enforcement: what is left, and not one more.
        try await steps.call(
            "QuotaService/CheckQuota",
            #"{"tenantId": 2, "resource": "RESOURCE_TRANSACTIONS", "amount": 845}"#,
            answers: #"{"remaining": 844}"#)
        // The usage by day sums up to what was taken.
        try await steps.call(
            "QuotaService/GetUsage", #"{"tenantId": 2}"#,
            answers: """
                {"success": true, "totals": {"apiCalls": 2547, "storageBytes": 1200000000,
                    "storageGb": 1.2, "transactions": 156}}
                """)
        // White label: what the tenant set, over what it is, for everybody.
        try await steps.call(
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
        // User management: the role hierarchy, and a member who leaves gives the place back.
        try await steps.call(
            "UserService/ListUsers", #"{"tenantId": 2, "role": "ROLE_ADMIN"}"#,
            answers: #"{"success": true}"#)
        try await steps.call(
            "UserService/RemoveUser", #"{"tenantId": 2, "userId": "user_125"}"#,
            answers: #"{"success": true}"#)
        try await steps.call(
            "ConfigurationService/DeleteConfiguration",
            #"{"tenantId": 2, "configKey": "branding"}"#, answers: #"{"success": true}"#)
        try await steps.call(
            "ActivityService/VerifyAudit", #"{"tenantId": 2}"#,
            answers: #"{"success": true, "valid": true}"#)
    }

    private func expectActivity(_ deployment: Deployment) async throws {
        let actions = Set(try await deployment.activity(of: "axis-securities"))
        let documented: Set = [
            "user_added", "login", "api_key_created", "config_created", "user_removed",
            "config_deleted",
        ]
        #expect(actions.isSuperset(of: documented), "\(actions)")
    }
}

/// Calls of the Swift client whose requests and answers are JSON.
private struct JSONCalls {
    let client: TenancyClient
    private let codec: MessageCodec

    init(client: TenancyClient) {
        self.client = client
        // The descriptors are the program's own; a test that cannot read them fails at its calls.
        let schema = (try? Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet))
        codec = MessageCodec(
            schema: schema ?? Schema(files: []), options: .init(includeDefaults: true))
    }

    /// Makes a unary call, and expects at least these fields in its answer.
    @discardableResult
    func call(
        _ name: String, _ json: String, answers expected: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONAnswer {
        let call = try #require(SchemaCall.all.first { $0.name == name })
        let method = MethodDescriptor<RawMessage, RawMessage>(
            service: call.service.name, method: call.method.name, kind: .unary,
            isIdempotent: false)
        let answer = try await client.caller.unary(
            method, RawMessage(bytes: try codec.encode(json: json, as: call.method.request)),
            options: .defaults)
        let text = try codec.decode(answer.bytes, as: call.method.response).text()
        let found = try JSONAnswer(text)
        #expect(
            found.contains(try JSONAnswer(expected)), "\(name): \(text)",
            sourceLocation: sourceLocation)
        return found
    }
}
