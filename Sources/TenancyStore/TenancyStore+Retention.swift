internal import Postgres
package import Tenancy

extension TenancyStore {
    /// How many tenants' chains are locked at once while their beginnings are let go.
    package static let expiredTenantsMax: Int32 = 100

    /// Lets go of the activity of so many months ago and before, and answers how many partitions
    /// that were. Any number of servers may do so at once.
    ///
    /// - Parameter months: How many whole months before the present one are kept.
    /// - Throws: `unavailable`, `aborted`.
    package func expireActivity(
        keeping months: Int, context: AuditContext
    ) async throws(DomainError) -> Int {
        // Nothing is anchored without need.
        let oldest = try await read(
            in: .platform,
            """
            SELECT EXISTS (
                SELECT FROM tenant_activity_logs
                WHERE created_at < \(unsafeSQL: Self.firstMonthKept(months))::timestamp
                    AT TIME ZONE 'UTC') AS is_due
            """)
        guard let first = oldest.first, try first.value("is_due", as: Bool.self) else { return 0 }
        var tenant: Int64? = 0
        while let after = tenant {
            let rows = try await write(
                in: .platform, context: context,
                """
                SELECT expire_tenant_activity(
                    \(unsafeSQL: Self.firstMonthKept(months)), \(after),
                    \(Self.expiredTenantsMax)) AS tenant
                """)
            tenant = try rows.first?.optional("tenant")
        }
        return try await dropped(
            "SELECT drop_expired_activity(\(unsafeSQL: Self.firstMonthKept(months))) AS dropped",
            context)
    }

    /// The same for the usage of each day.
    ///
    /// - Throws: `unavailable`, `aborted`.
    package func expireUsage(
        keeping months: Int, context: AuditContext
    ) async throws(DomainError) -> Int {
        try await dropped(
            "SELECT drop_expired_usage(\(unsafeSQL: Self.firstMonthKept(months))) AS dropped",
            context)
    }

    private func dropped(
        _ statement: SQL, _ context: AuditContext
    ) async throws(DomainError) -> Int {
        let rows = try await write(in: .platform, context: context, statement)
        guard let row = rows.first else { throw Self.emptyAnswer }
        return Int(try row.value("dropped", as: Int32.self))
    }

    /// By the database's clock, in its own words.
    private static func firstMonthKept(_ months: Int) -> String {
        """
        (date_trunc('month', now() AT TIME ZONE 'UTC') \
        - make_interval(months => \(months)))::date
        """
    }
}
