/// How one error is brought about that only one call documents, or that it gives for a reason of
/// its own; what every call may give, `PromiseTests` brings about by itself.
struct ErrorScenario: Sendable {
    typealias Step = SoundCall.Step

    let call: String
    let error: DocumentedError
    let steps: [Step]
    /// As those of a `SoundCall`.
    let fields: String

    init(
        _ call: String, _ code: String, _ reason: String = "", after steps: [Step] = [],
        with fields: String = ""
    ) {
        self.call = call
        self.error = DocumentedError(code, reason)
        self.steps = steps
        self.fields = fields
    }

    static let all = tenants + users + subscriptions + quotas + keys + access + configurations

    private static let cancelled = Step.call(
        "SubscriptionService/CancelSubscription", #""immediately":true"#)

    private static let tenants: [ErrorScenario] = [
        .init("TenantService/CreateTenant", "INVALID_ARGUMENT"),
        .init("TenantService/CreateTenant", "ALREADY_EXISTS", with: SoundCall.newTenant("")),
        .init("TenantService/ListTenants", "INVALID_ARGUMENT", with: #""pageSize":-1"#),
        .init(
            "TenantService/UpdateTenant", "ALREADY_EXISTS",
            after: [
                .call(
                    "TenantService/CreateTenant",
                    SoundCall.newTenant("-a", #""domain":"${code}.in""#))
            ], with: #""updateMask":"domain","domain":"${code}.in""#),
        .init(
            "TenantService/SuspendTenant", "FAILED_PRECONDITION", "INVALID_STATUS_TRANSITION",
            after: [.call("TenantService/SuspendTenant", "")]),
        .init(
            "TenantService/ReactivateTenant", "FAILED_PRECONDITION", "INVALID_STATUS_TRANSITION"),
        .init(
            "TenantService/DeactivateTenant", "FAILED_PRECONDITION", "INVALID_STATUS_TRANSITION",
            after: [.call("TenantService/DeactivateTenant", "")]),
        .init("TenantService/GetPublicTenantInfo", "INVALID_ARGUMENT", with: #""tenantCode":"No""#),
        .init(
            "TenantService/GetPublicTenantInfo", "NOT_FOUND", with: #""tenantCode":"${code}-no""#),
    ]

    private static let full = Step.sql(
        "UPDATE tenant_subscriptions SET current_users = max_users WHERE tenant_id = :tenant")
    private static let accepting = #""invitationToken":"${invitationToken}","userId":"new""#

    private static let users: [ErrorScenario] = [
        .init(
            "UserService/AddUser", "ALREADY_EXISTS",
            with: #""userId":"the-user","role":"ROLE_USER""#),
        .init(
            "UserService/AddUser", "RESOURCE_EXHAUSTED", after: [full],
            with: #""userId":"new","role":"ROLE_USER""#),
        .init(
            "UserService/UpdateUser", "FAILED_PRECONDITION", "LAST_ADMINISTRATOR",
            with: #""userId":"the-admin","updateMask":"role","role":"ROLE_USER""#),
        .init(
            "UserService/RemoveUser", "FAILED_PRECONDITION", "LAST_ADMINISTRATOR",
            with: #""userId":"the-admin""#),
        .init(
            "UserService/InviteUser", "ALREADY_EXISTS", after: [SoundCall.invited],
            with: #""email":"NEW@example.com","role":"ROLE_USER""#),
        .init(
            "UserService/InviteUser", "RESOURCE_EXHAUSTED", "TOO_MANY_INVITATIONS",
            after: [
                .sql(
                    """
                    INSERT INTO tenant_invitations (
                        tenant_id, email, role, token_hash, invited_by, expires_at)
                    SELECT :tenant, n || '@example.com', 'user', sha256(int4send(n)), 'x',
                        now() + interval '1 day'
                    FROM generate_series(1, 1000) AS n
                    """)
            ], with: #""email":"new@example.com","role":"ROLE_USER""#),
        .init(
            "UserService/AcceptInvitation", "ALREADY_EXISTS", after: [SoundCall.invited],
            with: #""invitationToken":"${invitationToken}","userId":"the-user""#),
        .init(
            "UserService/AcceptInvitation", "RESOURCE_EXHAUSTED",
            after: [SoundCall.invited, full], with: accepting),
        .init(
            "UserService/AcceptInvitation", "FAILED_PRECONDITION", "INVITATION_EXPIRED",
            after: [
                SoundCall.invited,
                .sql(
                    """
                    UPDATE tenant_invitations SET created_at = now() - interval '2 days',
                        expires_at = now() - interval '1 day'
                    WHERE tenant_id = :tenant
                    """),
            ], with: accepting),
    ]

    private static let raised = Step.call(
        "SubscriptionService/ChangeSubscription", #""plan":"PLAN_PROFESSIONAL""#)
    private static let crowded = Step.sql(
        "UPDATE tenant_subscriptions SET current_users = 50 WHERE tenant_id = :tenant")

    private static let subscriptions: [ErrorScenario] =
        ["ChangeSubscription", "PreviewPlanChange"].flatMap { method in
            let call = "SubscriptionService/\(method)"
            return [
                .init(
                    call, "FAILED_PRECONDITION", "USAGE_ABOVE_LIMIT", after: [raised, crowded],
                    with: #""plan":"PLAN_STARTER""#),
                .init(
                    call, "FAILED_PRECONDITION", "NO_CHANGE", after: [raised],
                    with: #""plan":"PLAN_PROFESSIONAL""#),
            ] as [ErrorScenario]
        } + [
            .init(
                "SubscriptionService/CancelSubscription", "FAILED_PRECONDITION", "NO_CHANGE",
                after: [.call("SubscriptionService/CancelSubscription", "")])
        ]

    private static func manyKeys(_ count: Int) -> Step {
        .sql(
            """
            WITH ids AS (
                INSERT INTO api_key_ids (tenant_id)
                SELECT :tenant FROM generate_series(1, \(count)) RETURNING *)
            INSERT INTO tenant_api_keys (
                tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, created_by)
            SELECT tenant_id, key_id, 'k', repeat('x', 16), sha256(int8send(key_id)), '{read}', 'x'
            FROM ids
            """)
    }

    private static let keys: [ErrorScenario] = [
        .init(
            "ApiKeyService/CreateApiKey", "RESOURCE_EXHAUSTED", "TOO_MANY_API_KEYS",
            after: [manyKeys(1_000)], with: #""keyName":"A key","permissions":["read"]"#),
        .init(
            "ApiKeyService/RotateApiKey", "RESOURCE_EXHAUSTED", "TOO_MANY_API_KEYS",
            after: [SoundCall.keyed, manyKeys(999)], with: #""keyId":"${keyId}""#),
        .init(
            "ApiKeyService/RotateApiKey", "FAILED_PRECONDITION", "API_KEY_NOT_ACTIVE",
            after: [
                SoundCall.keyed, .call("ApiKeyService/RevokeApiKey", #""keyId":"${keyId}""#),
            ],
            with: #""keyId":"${keyId}""#),
        .init("ApiKeyService/ReportLeak", "INVALID_ARGUMENT"),
        .init("ApiKeyService/ReportLeak", "NOT_FOUND", with: #""apiKey":"vym_1_invented""#),
        .init("ApiKeyService/VerifyApiKey", "INVALID_ARGUMENT", with: #""cost":"1000001""#),
        .init("ApiKeyService/BatchVerify", "INVALID_ARGUMENT"),
        .init("TokenService/ExchangeApiKey", "INVALID_ARGUMENT"),
        .init(
            "TokenService/ExchangeApiKey", "UNAUTHENTICATED", with: #""apiKey":"vym_1_invented""#),
        .init(
            "TokenService/ExchangeApiKey", "PERMISSION_DENIED", after: [SoundCall.keyed],
            with: #""apiKey":"${apiKey}","permissions":["manage_users"]"#),
        .init(
            "TokenService/ExchangeApiKey", "RESOURCE_EXHAUSTED", "API_KEY_RATE_EXCEEDED",
            after: [
                .call(
                    "ApiKeyService/CreateApiKey",
                    #""keyName":"A key","permissions":["read"],"rateLimit":1"#),
                .call("TokenService/ExchangeApiKey", #""apiKey":"${apiKey}""#),
            ], with: #""apiKey":"${apiKey}""#),
        .init("TokenService/Introspect", "INVALID_ARGUMENT"),
        .init("TokenService/RevokeSigningKey", "INVALID_ARGUMENT", with: #""keyId":"of-nobody""#),
        .init(
            "TokenService/RevokeSigningKey", "NOT_FOUND",
            with: #""keyId":"of-nobody","reason":"A test""#),
    ]

    private static let desk = #""roleName":"desk","permissions":["consume"]"#

    private static func roles(_ count: Int) -> String {
        """
        INSERT INTO tenant_roles (tenant_id, role_name, permissions, created_by)
        SELECT :tenant, 'r' || n, '{consume}', 'x' FROM generate_series(1, \(count)) AS n
        """
    }

    private static let access: [ErrorScenario] = [
        .init(
            "AccessService/CreateRole", "ALREADY_EXISTS", after: [SoundCall.withDesk], with: desk),
        .init(
            "AccessService/CreateRole", "RESOURCE_EXHAUSTED", "TOO_MANY_ROLES",
            after: [.sql(roles(200))], with: desk),
        .init(
            "AccessService/DeleteRole", "FAILED_PRECONDITION", "ROLE_IN_USE",
            after: [
                SoundCall.withDesk,
                .call("AccessService/CreateGrant", #""userId":"the-user","roleName":"desk""#),
            ], with: #""roleName":"desk""#),
        .init(
            "AccessService/CreateGrant", "RESOURCE_EXHAUSTED", "TOO_MANY_GRANTS",
            after: [
                .sql(roles(64)),
                .sql(
                    """
                    INSERT INTO tenant_grants (
                        tenant_id, user_id, grant_kind, grant_name, granted_by)
                    SELECT :tenant, 'the-user', 'role', 'r' || n, 'x'
                    FROM generate_series(1, 64) AS n
                    """),
            ], with: #""userId":"the-user","permission":"view_usage""#),
    ]

    private static let configurations: [ErrorScenario] = [
        .init(
            "ConfigurationService/SetConfiguration", "RESOURCE_EXHAUSTED",
            "TOO_MANY_CONFIGURATIONS",
            after: [
                .sql(
                    """
                    INSERT INTO tenant_configurations (
                        tenant_id, config_key, config_type, config_value, updated_by)
                    SELECT :tenant, 'k' || n, 'feature', 'true', ''
                    FROM generate_series(1, 1000) n
                    """)
            ], with: SoundCall.flag)
    ]
}
