internal import Postgres

/// The schema, step by step. The files are part of the program, so that a server never meets
/// another server's schema files.
enum TenancyMigrations {
    /// In order. A test holds the list to the folder. What comes next has a number from 100 on: one
    /// that is below what a database has is refused there.
    static let all: [Migration] = [
        migration(1, "roles", PackageResources._001_roles_sql),
        migration(2, "tenants", PackageResources._002_tenants_sql),
        migration(3, "partitions", PackageResources._003_partitions_sql),
        migration(4, "activity", PackageResources._004_activity_sql),
        migration(5, "subscriptions", PackageResources._005_subscriptions_sql),
        migration(6, "usage", PackageResources._006_usage_sql),
        migration(7, "idempotency", PackageResources._007_idempotency_sql),
        migration(8, "quota", PackageResources._008_quota_sql),
        migration(9, "create_tenant", PackageResources._009_create_tenant_sql),
        migration(11, "changes", PackageResources._011_changes_sql),
        migration(12, "users", PackageResources._012_users_sql),
        migration(13, "tenant_changes", PackageResources._013_tenant_changes_sql),
        migration(14, "tenant_analytics", PackageResources._014_tenant_analytics_sql),
        migration(15, "tenant_lists", PackageResources._015_tenant_lists_sql),
        migration(16, "user_changes", PackageResources._016_user_changes_sql),
        migration(17, "invitations", PackageResources._017_invitations_sql),
        migration(18, "api_keys", PackageResources._018_api_keys_sql),
        migration(23, "billing", PackageResources._023_billing_sql),
        migration(24, "settlement", PackageResources._024_settlement_sql),
        migration(25, "jobs", PackageResources._025_jobs_sql),
        migration(28, "data_keys", PackageResources._028_data_keys_sql),
        migration(29, "configurations", PackageResources._029_configurations_sql),
        migration(32, "change_feed", PackageResources._032_change_feed_sql),
        migration(33, "activity_reads", PackageResources._033_activity_reads_sql),
        migration(39, "settings_feed", PackageResources._039_settings_feed_sql),
        migration(40, "usage_ledger", PackageResources._040_usage_ledger_sql),
        migration(41, "quota_leases", PackageResources._041_quota_leases_sql),
        migration(42, "quota_exchange", PackageResources._042_quota_exchange_sql),
        migration(43, "reservations", PackageResources._043_reservations_sql),
        migration(44, "client_leases", PackageResources._044_client_leases_sql),
        migration(45, "lost_leases", PackageResources._045_lost_leases_sql),
        migration(46, "retention_jobs", PackageResources._046_retention_jobs_sql),
        migration(47, "unused_index", PackageResources._047_unused_index_sql),
        migration(48, "plain_quota_reports", PackageResources._048_plain_quota_reports_sql),
        migration(55, "api_key_life", PackageResources._055_api_key_life_sql),
        migration(56, "access", PackageResources._056_access_sql),
        migration(57, "tenant_rules", PackageResources._057_tenant_rules_sql),
        migration(65, "tokens", PackageResources._065_tokens_sql),
        migration(70, "key_rates", PackageResources._070_key_rates_sql),
        migration(71, "usage_retention", PackageResources._071_usage_retention_sql),
        migration(72, "user_quotas", PackageResources._072_user_quotas_sql),
        migration(73, "ended_keys", PackageResources._073_ended_keys_sql),
        migration(
            74, "revoked_signing_keys", PackageResources._074_revoked_signing_keys_sql),
        migration(99, "default_tenant", PackageResources._099_default_tenant_sql),
    ]

    private static func migration(_ number: Int, _ name: String, _ sql: [UInt8]) -> Migration {
        Migration(number: number, name: name, sql: String(decoding: sql, as: UTF8.self))
    }
}

extension TenancyStore {
    /// Brings the schema up to date, as the role that owns it. Any number of servers may do so at
    /// once.
    ///
    /// - Parameter checksum: a digest of a migration's text, to notice one that was changed after
    ///   it was applied.
    /// - Returns: the names of what was applied, in order.
    /// - Throws: `PostgresError`, whose description names the migration that failed.
    package static func migrate(
        url: String, checksum: @escaping @Sendable (String) -> String
    ) async throws -> [String] {
        let migrator = Migrator(migrations: TenancyMigrations.all, checksum: checksum)
        return try await migrator.run(on: url).map(\.name)
    }
}
