extension ScaleCall {
    /// The indexes by which a call finds on a large platform what it finds on a small one by
    /// reading a table as a whole: ten tenants are a page or two of each table, and Postgres looks
    /// at no index for these. Each is the index that the call is meant to use; any other is
    /// objected to, and so is a table that is read as a whole on the large platform alone.
    var indexesOfLargeTables: Set<String> {
        switch self {
        case .getTenant, .listFirst, .listNext: ["tenants_pkey"]
        case .listSuspended: ["tenants_status_type"]
        case .listCodes: ["tenants_pkey", "tenant_codes_pkey"]
        case .listNames: ["tenants_pkey", "tenants_name", "tenant_codes_pkey"]
        case .analytics:
            [
                "tenants_pkey", "tenant_subscriptions_pkey", "tenant_users_pkey",
                "tenant_users_last_login", "tenant_resource_usage_pkey",
            ]
        case .quotas: ["tenants_pkey", "tenant_subscriptions_pkey"]
        case .activity, .activityNext: ["tenant_activity_logs_pkey"]
        case .logins: ["tenant_activity_logs_action"]
        case .audit: ["tenants_pkey", "tenant_activity_heads_pkey"]
        }
    }
}
