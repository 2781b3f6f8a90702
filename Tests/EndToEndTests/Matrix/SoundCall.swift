/// How a method is called so that it succeeds, on a new tenant with users of every rank.
struct SoundCall: Sendable {
    /// What a scenario begins with.
    enum Step: Sendable {
        /// A call of the administrator's: the method, and its fields beside the tenant's name.
        case call(String, String)
        /// SQL of the superuser's, in which `:tenant` is the tenant's number.
        case sql(String)
    }

    let steps: [Step]
    /// The fields beside the tenant's name, or all where the call is not about a tenant.
    /// `${name}` is a field of an answer before, or the tenant's `code`.
    let fields: String
    /// Those of another request; nil for a call that changes nothing.
    let other: String?

    init(after steps: [Step] = [], _ fields: String, other: String? = nil) {
        self.steps = steps
        self.fields = fields
        self.other = other
    }

    /// A method without an entry that is about a tenant is called as the matrix calls it.
    static func of(_ method: String) -> SoundCall? {
        calls[method] ?? MatrixRequests.beside[method].map { SoundCall($0) }
    }

    static let keyed = Step.call(
        "ApiKeyService/CreateApiKey", #""keyName":"A key","permissions":["read"]"#)
    static let invited = Step.call(
        "UserService/InviteUser", #""email":"new@example.com","role":"ROLE_USER""#)
    static let withDesk = Step.call(
        "AccessService/CreateRole", #""roleName":"desk","permissions":["consume"]"#)
    static let reserved = Step.call("QuotaService/Reserve", oneCall)
    static let leased = Step.call("QuotaService/AcquireLease", oneCall)
    static let oneCall = #""resource":"RESOURCE_API_CALLS","amount":"1""#
    static let flag = #""configKey":"flag","configType":"CONFIG_TYPE_FEATURE","configValue":true"#

    static func newTenant(_ suffix: String, _ further: String = "") -> String {
        let rest = further.isEmpty ? "" : ",\(further)"
        return """
            "tenantCode":"${code}\(suffix)","tenantName":"Another",\
            "tenantType":"TENANT_TYPE_BANK","adminEmail":"a@example.com"\(rest)
            """
    }

    private static func moved(after steps: [Step] = []) -> SoundCall {
        SoundCall(after: steps, "", other: #""reason":"another""#)
    }

    private static let calls = tenants.merging(users) { $1 }.merging(subscriptions) { $1 }
        .merging(keys) { $1 }.merging(access) { $1 }.merging(others) { $1 }

    private static let tenants: [String: SoundCall] = [
        "TenantService/CreateTenant": SoundCall(
            newTenant("-a"), other: newTenant("-a", #""supportEmail":"b@example.com""#)),
        "TenantService/ListTenants": SoundCall(""),
        "TenantService/GetPublicTenantInfo": SoundCall(#""tenantCode":"${code}""#),
        "TenantService/UpdateTenant": SoundCall(
            #""updateMask":"tenantName","tenantName":"Another Name""#,
            other: #""updateMask":"tenantName","tenantName":"Other""#),
        "TenantService/SuspendTenant": moved(),
        "TenantService/ReactivateTenant": moved(after: [.call("TenantService/SuspendTenant", "")]),
        "TenantService/DeactivateTenant": moved(),
    ]

    private static let users: [String: SoundCall] = [
        "UserService/AddUser": SoundCall(
            #""userId":"new","role":"ROLE_USER""#, other: #""userId":"other","role":"ROLE_USER""#),
        "UserService/UpdateUser": SoundCall(
            #""userId":"the-viewer","updateMask":"role","role":"ROLE_USER""#,
            other: #""userId":"the-viewer","updateMask":"role","role":"ROLE_MANAGER""#),
        "UserService/RemoveUser": SoundCall(
            #""userId":"the-viewer""#, other: #""userId":"the-user""#),
        "UserService/InviteUser": SoundCall(
            #""email":"new@example.com","role":"ROLE_USER""#,
            other: #""email":"other@example.com","role":"ROLE_USER""#),
        "UserService/AcceptInvitation": SoundCall(
            after: [invited], #""invitationToken":"${invitationToken}","userId":"new""#,
            other: #""invitationToken":"${invitationToken}","userId":"other""#),
        "UserService/RevokeInvitation": SoundCall(
            after: [invited], #""invitationId":"${id}""#, other: #""invitationId":"${id}0""#),
        "UserService/RecordLogin": SoundCall(
            #""userId":"the-admin""#, other: #""userId":"the-admin","userAgent":"other""#),
        "UserService/RecordLogout": SoundCall(
            #""userId":"the-admin""#, other: #""userId":"the-admin","userAgent":"other""#),
    ]

    private static let subscriptions: [String: SoundCall] = [
        "SubscriptionService/ListPlans": SoundCall(""),
        "SubscriptionService/ChangeSubscription": SoundCall(
            #""plan":"PLAN_PROFESSIONAL""#, other: #""plan":"PLAN_ENTERPRISE""#),
        "SubscriptionService/CancelSubscription": SoundCall(
            #""immediately":true"#, other: #""reason":"another""#),
        "QuotaService/Consume": SoundCall(
            oneCall, other: #""resource":"RESOURCE_API_CALLS","amount":"2""#),
        "QuotaService/BatchConsume": SoundCall(
            #""allOrNone":true,"items":[{\#(oneCall)}]"#,
            other: #""allOrNone":true,"items":[{\#(oneCall)},{\#(oneCall)}]"#),
        "QuotaService/Reserve": SoundCall(
            oneCall, other: #""resource":"RESOURCE_API_CALLS","amount":"2""#),
        "QuotaService/Commit": SoundCall(
            after: [reserved], #""reservationId":"${reservationId}""#,
            other: #""reservationId":"${reservationId}0""#),
        "QuotaService/Release": SoundCall(
            after: [reserved], #""reservationId":"${reservationId}""#,
            other: #""reservationId":"${reservationId}0""#),
        "QuotaService/Refund": SoundCall(
            after: [.call("QuotaService/Consume", oneCall)], oneCall,
            other: oneCall + #","reason":"another""#),
        "QuotaService/AcquireLease": SoundCall(
            oneCall, other: #""resource":"RESOURCE_API_CALLS","amount":"2""#),
        "QuotaService/RenewLease": SoundCall(
            after: [leased], #""leaseId":"${leaseId}","sequence":"1""#),
        "QuotaService/ReturnLease": SoundCall(
            after: [leased], #""leaseId":"${leaseId}","sequence":"1""#),
        "QuotaService/SetQuotaPolicy": SoundCall(
            #""policy":{"resource":"RESOURCE_API_CALLS","warnPercentages":[50]}"#,
            other: #""policy":{"resource":"RESOURCE_API_CALLS","warnPercentages":[60]}"#),
        "QuotaService/SetUserQuota": SoundCall(
            #""userId":"the-viewer","resource":"RESOURCE_API_CALLS","max":"5""#,
            other: #""userId":"the-viewer","resource":"RESOURCE_API_CALLS","max":"6""#),
    ]

    private static let keys: [String: SoundCall] = [
        "ApiKeyService/CreateApiKey": SoundCall(
            #""keyName":"A key","permissions":["read"]"#,
            other: #""keyName":"Another","permissions":["read"]"#),
        "ApiKeyService/RevokeApiKey": SoundCall(
            after: [keyed], #""keyId":"${keyId}""#, other: #""keyId":"${keyId}0""#),
        "ApiKeyService/RotateApiKey": SoundCall(
            after: [keyed], #""keyId":"${keyId}""#, other: #""keyId":"${keyId}0""#),
        "ApiKeyService/ReportLeak": SoundCall(
            after: [keyed], #""apiKey":"${apiKey}""#,
            other: #""apiKey":"${apiKey}","foundAt":"elsewhere""#),
        "ApiKeyService/VerifyApiKey": SoundCall(after: [keyed], #""apiKey":"${apiKey}""#),
        "ApiKeyService/BatchVerify": SoundCall(
            after: [keyed], #""requests":[{"apiKey":"${apiKey}"}]"#),
        "TokenService/ExchangeApiKey": SoundCall(after: [keyed], #""apiKey":"${apiKey}""#),
        "TokenService/GetKeySet": SoundCall(""),
        "TokenService/Introspect": SoundCall(
            after: [keyed, .call("TokenService/ExchangeApiKey", #""apiKey":"${apiKey}""#)],
            #""token":"${accessToken}""#),
        // One that signs nothing: those of others go on.
        "TokenService/RevokeSigningKey": SoundCall(
            after: [
                .sql(
                    """
                    INSERT INTO token_signing_keys (
                        kid, public_key, master_key, sealed_key, signs_from)
                    SELECT tenant_code, sha256(tenant_code::bytea), 1, '\\x', '2020-01-01'
                    FROM tenant_codes WHERE tenant_id = :tenant
                    """)
            ], #""keyId":"${code}","reason":"A test""#),
        "TokenService/RevokeTokens": SoundCall(
            after: [keyed], "", other: #""keyId":"${keyId}""#),
    ]

    private static let access: [String: SoundCall] = [
        "AccessService/ListPermissions": SoundCall(""),
        "AccessService/CreateRole": SoundCall(
            #""roleName":"desk","permissions":["consume"]"#,
            other: #""roleName":"other","permissions":["consume"]"#),
        "AccessService/UpdateRole": SoundCall(
            after: [withDesk],
            #""roleName":"desk","updateMask":"description","description":"x""#,
            other: #""roleName":"desk","updateMask":"description","description":"y""#),
        "AccessService/DeleteRole": SoundCall(
            after: [withDesk], #""roleName":"desk""#, other: #""roleName":"other""#),
        "AccessService/CreateGrant": SoundCall(
            #""userId":"the-viewer","permission":"consume""#,
            other: #""userId":"the-user","permission":"view_activity""#),
        "AccessService/RevokeGrant": SoundCall(
            after: [
                .call(
                    "AccessService/CreateGrant", #""userId":"the-viewer","permission":"consume""#)
            ],
            #""userId":"the-viewer","permission":"consume""#,
            other: #""userId":"the-user","permission":"consume""#),
    ]

    private static let others: [String: SoundCall] = [
        "ConfigurationService/SetConfiguration": SoundCall(
            flag,
            other: #""configKey":"flag","configType":"CONFIG_TYPE_FEATURE","configValue":false"#),
        "ConfigurationService/DeleteConfiguration": SoundCall(
            after: [.call("ConfigurationService/SetConfiguration", flag)],
            #""configKey":"flag""#, other: #""configKey":"other""#),
    ]
}
