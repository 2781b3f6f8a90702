internal import Postgres
internal import Tenancy

/// One kind of record of an export: a table of the tenant's, and which of its columns leave.
///
/// Columns are named one by one. A column that is added to a table later, a hash or a ciphertext
/// among them, is not exported until somebody says so here.
struct ExportKind: Sendable {
    let name: String
    /// The columns, as SQL.
    let columns: String
    let table: String
    /// What the records are in the order of: the rest of the primary key, so that its index does.
    let order: String

    /// In the order in which they are sent: what a record refers to comes before it.
    static let all: [ExportKind] = [
        ExportKind(
            name: "tenant",
            columns: """
                id, tenant_code, tenant_name, tenant_type, status, domain, logo_url, primary_color,
                secondary_color, admin_email, support_email, regulatory_body, license_number,
                settings, features, time_zone, version, created_at, updated_at
                """,
            table: "(SELECT id AS tenant_id, * FROM tenants)", order: "id"),
        ExportKind(
            name: "subscription",
            columns: """
                plan, status, billing_cycle, trial_ends_at, period_start, period_end, max_users,
                max_api_calls, max_storage_bytes, max_transactions, current_users,
                current_api_calls, current_storage_bytes, current_transactions,
                billing_period_start, billing_period_end, monthly_price_paise, cancels_at,
                scheduled_plan, scheduled_billing_cycle, version, created_at, updated_at
                """,
            table: "tenant_subscriptions", order: "tenant_id"),
        ExportKind(
            name: "charge",
            columns: """
                subscription_version, reason, plan, billing_cycle, credit_paise, charge_paise,
                amount_paise, currency, period_start, period_end, created_at
                """,
            table: "tenant_subscription_charges", order: "subscription_version"),
        ExportKind(
            name: "user",
            columns: """
                user_id, role, permissions, email, invited_by, invited_at, joined_at,
                last_login_at, last_logout_at, version, updated_at
                """,
            table: "tenant_users", order: "user_id"),
        ExportKind(
            name: "role",
            columns: """
                role_name, description, permissions, created_by, created_at, updated_at, version
                """,
            table: "tenant_roles", order: "role_name"),
        ExportKind(
            name: "grant",
            columns: """
                user_id, grant_kind, grant_name, expires_at, reason, granted_by, granted_at
                """,
            table: "tenant_grants", order: "user_id, grant_kind, grant_name"),
        ExportKind(
            name: "invitation",
            columns: """
                id, email, role, permissions, status, invited_by, accepted_by, created_at,
                expires_at
                """,
            table: "tenant_invitations", order: "id"),
        // The value of a secret one is null here.
        ExportKind(
            name: "configuration",
            columns: """
                config_key, config_type, config_value, is_sensitive, description, updated_by,
                created_at, updated_at, version
                """,
            table: "tenant_configurations", order: "config_key"),
        // Never the key or its hash.
        ExportKind(
            name: "api_key",
            columns: """
                key_id, family_id, key_name, key_prefix, permissions, rate_limit, allowed_ips,
                status, superseded_by, superseded_at, expires_at, last_used_at, created_by,
                created_at, revoked_at
                """,
            table: "tenant_api_keys", order: "key_id"),
        ExportKind(
            name: "quota_policy",
            columns: """
                resource_type, warn_percentages, shadow_limit, overage_allowed,
                overage_price_paise, overage_max, auto_scale_step, auto_scale_ceiling,
                admits_when_away, version
                """,
            table: "tenant_quota_policies", order: "resource_type"),
        ExportKind(
            name: "user_quota",
            columns: "user_id, resource_type, max_units, period_start, used, version",
            table: "tenant_user_quotas", order: "user_id, resource_type"),
        ExportKind(
            name: "reservation",
            columns: """
                reservation_id, resource_type, amount, committed_amount, status, takes_excess,
                created_at, expires_at
                """,
            table: "tenant_quota_reservations", order: "reservation_id"),
        ExportKind(
            name: "usage_entry",
            columns: """
                usage_date, entry_id, resource_type, period_start, kind, units, overage_units,
                overage_price_paise, recorded_at
                """,
            table: "tenant_usage_ledger", order: "usage_date, entry_id"),
        ExportKind(
            name: "usage", columns: "usage_date, resource_type, used",
            table: "tenant_resource_usage", order: "usage_date, resource_type"),
        ExportKind(
            name: "activity",
            columns: """
                sequence, created_at, actor, action, entity_type, entity_id, details, ip_address,
                user_agent, encode(previous_hash, 'hex') AS previous_hash,
                encode(row_hash, 'hex') AS row_hash
                """,
            table: "tenant_activity_logs", order: "created_at, sequence"),
    ]

    /// A cursor over the records of one tenant.
    func cursor(_ name: String, of tenant: TenantID) -> SQL {
        .once(
            unsafeSQL: """
                DECLARE \(name) NO SCROLL CURSOR FOR
                SELECT to_jsonb(r) AS record FROM (
                    SELECT \(columns) FROM \(table) AS t
                    WHERE tenant_id = \(tenant.rawValue) ORDER BY \(order)) AS r
                """)
    }
}
