/// What each method about one tenant needs beside the tenant's name to be a sound request, as JSON.
/// A method without an entry fails the matrix: it cannot be forgotten.
enum MatrixRequests {
    static let beside: [String: String] = [
        "TenantService/GetTenant": "",
        "TenantService/UpdateTenant": #""updateMask":"tenantName","tenantName":"Another Name""#,
        "TenantService/SuspendTenant": "",
        "TenantService/ReactivateTenant": "",
        "TenantService/DeactivateTenant": "",
        "TenantService/GetTenantAnalytics": "",
        "TenantService/ExportTenant": "",
        "UserService/ListUsers": "",
        "UserService/AddUser": #""userId":"somebody","role":"ROLE_VIEWER""#,
        "UserService/UpdateUser":
            #""userId":"the-viewer","updateMask":"role","role":"ROLE_VIEWER""#,
        "UserService/RemoveUser": #""userId":"the-viewer""#,
        "UserService/InviteUser": #""email":"new@example.com","role":"ROLE_VIEWER""#,
        "UserService/AcceptInvitation":
            #""invitationToken":"no-such-token","userId":"somebody""#,
        "UserService/RevokeInvitation": #""invitationId":"1""#,
        "UserService/RecordLogin": #""userId":"the-admin""#,
        "UserService/RecordLogout": #""userId":"the-admin""#,
        "SubscriptionService/GetSubscription": "",
        "SubscriptionService/ChangeSubscription": #""plan":"PLAN_PROFESSIONAL""#,
        "SubscriptionService/PreviewPlanChange": #""plan":"PLAN_PROFESSIONAL""#,
        "SubscriptionService/CancelSubscription": #""immediately":true"#,
        "QuotaService/GetQuotas": "",
        "QuotaService/CheckQuota": #""resource":"RESOURCE_API_CALLS","amount":"1""#,
        "QuotaService/Consume": #""resource":"RESOURCE_API_CALLS","amount":"1""#,
        "QuotaService/GetUsage": "",
        "QuotaService/BatchCheck": batch,
        "QuotaService/BatchConsume": batch,
        "QuotaService/Reserve": #""resource":"RESOURCE_API_CALLS","amount":"1""#,
        "QuotaService/Commit": #""reservationId":"1""#,
        "QuotaService/Release": #""reservationId":"1""#,
        "QuotaService/Refund": #""resource":"RESOURCE_API_CALLS","amount":"1""#,
        "QuotaService/WatchQuota": "",
        "QuotaService/AcquireLease": #""resource":"RESOURCE_API_CALLS","amount":"1""#,
        "QuotaService/RenewLease": #""leaseId":"1","sequence":"1""#,
        "QuotaService/ReturnLease": #""leaseId":"1","sequence":"1""#,
        "QuotaService/GetQuotaPolicy": "",
        "QuotaService/ReconcileUsage": "",
        "QuotaService/SetQuotaPolicy": #""policy":{"resource":"RESOURCE_API_CALLS"}"#,
        "QuotaService/SetUserQuota":
            #""userId":"the-viewer","resource":"RESOURCE_API_CALLS","max":"5""#,
        "QuotaService/ListUserQuotas": "",
        "ApiKeyService/ListApiKeys": "",
        "ApiKeyService/CreateApiKey": #""keyName":"A key","permissions":["read"]"#,
        "ApiKeyService/RevokeApiKey": #""keyId":"1""#,
        "ApiKeyService/RotateApiKey": #""keyId":"1""#,
        "AccessService/ListRoles": "",
        "AccessService/CreateRole": #""roleName":"desk","permissions":["view_usage"]"#,
        "AccessService/UpdateRole":
            #""roleName":"desk","updateMask":"description","description":"x""#,
        "AccessService/DeleteRole": #""roleName":"desk""#,
        "AccessService/ListGrants": "",
        "AccessService/CreateGrant": #""userId":"the-viewer","permission":"view_usage""#,
        "AccessService/RevokeGrant": #""userId":"the-viewer","permission":"view_usage""#,
        "AccessService/CheckAccess":
            #""question":{"userId":"the-viewer","permission":"view_usage"}"#,
        "AccessService/BatchCheckAccess":
            #""questions":[{"userId":"the-viewer","permission":"view_usage"}]"#,
        "AccessService/ExplainAccess":
            #""question":{"userId":"the-viewer","permission":"view_usage"}"#,
        "TokenService/RevokeTokens": "",
        "ConfigurationService/GetConfigurations": "",
        "ConfigurationService/SetConfiguration":
            #""configKey":"flag","configValue":true,"configType":"CONFIG_TYPE_FEATURE""#,
        "ConfigurationService/DeleteConfiguration": #""configKey":"flag""#,
        "ConfigurationService/WatchConfigurations": "",
        "ActivityService/ListActivity": "",
        "ActivityService/WatchActivity": "",
        "ActivityService/VerifyAudit": "",
    ]

    private static let batch = #""items":[{"resource":"RESOURCE_API_CALLS","amount":"1"}]"#

    /// Methods that are about no tenant, or name it by something else than its code or id, with a
    /// sound request to each: `${code}`, `${key}` and `${token}` are of a tenant's.
    static let ofNoTenant: [String: String] = [
        "TenantService/CreateTenant": SoundCall.newTenant("-a"),
        "TenantService/ListTenants": "",
        "TenantService/GetPublicTenantInfo": #""tenantCode":"${code}""#,
        "SubscriptionService/ListPlans": "",
        "AccessService/ListPermissions": "",
        "ApiKeyService/VerifyApiKey": #""apiKey":"${key}""#,
        "ApiKeyService/BatchVerify": #""requests":[{"apiKey":"${key}"}]"#,
        "ApiKeyService/ReportLeak": #""apiKey":"${key}""#,
        "TokenService/ExchangeApiKey": #""apiKey":"${key}""#,
        "TokenService/GetKeySet": "",
        "TokenService/Introspect": #""token":"${token}""#,
        "TokenService/RevokeSigningKey": #""keyId":"of-nobody","reason":"A test""#,
    ]

    static let notOfATenant = Set(ofNoTenant.keys)

    /// What changes whether a tenant may work, or takes away, and so is not bound to it.
    static let lifecycle: Set<String> = [
        "TenantService/SuspendTenant", "TenantService/ReactivateTenant",
        "TenantService/DeactivateTenant",
        "ApiKeyService/RevokeApiKey", "TokenService/RevokeTokens", "AccessService/RevokeGrant",
    ]

    /// What administrators of the platform read beside that.
    static let platformReads: Set<String> = ["QuotaService/ReconcileUsage"]

    /// What services may ask about a tenant in any state.
    static let questions: Set<String> = [
        "AccessService/CheckAccess", "AccessService/BatchCheckAccess",
        "AccessService/ExplainAccess",
    ]

    /// What changes nothing. CheckQuota is not among them: it answers what consuming would.
    static let reads: Set<String> = [
        "TenantService/GetTenant", "TenantService/GetTenantAnalytics",
        "TenantService/ExportTenant", "UserService/ListUsers",
        "SubscriptionService/GetSubscription", "SubscriptionService/PreviewPlanChange",
        "QuotaService/GetQuotas", "QuotaService/GetUsage", "QuotaService/GetQuotaPolicy",
        "QuotaService/WatchQuota", "QuotaService/ListUserQuotas",
        "ApiKeyService/ListApiKeys", "ConfigurationService/GetConfigurations",
        "ConfigurationService/WatchConfigurations", "ActivityService/ListActivity",
        "ActivityService/WatchActivity", "ActivityService/VerifyAudit",
        "AccessService/ListRoles", "AccessService/ListGrants", "AccessService/CheckAccess",
        "AccessService/BatchCheckAccess", "AccessService/ExplainAccess",
    ]
}
