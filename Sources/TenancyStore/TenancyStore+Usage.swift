internal import Postgres
package import Tenancy

extension TenancyStore {
    /// What a tenant used on each of the days that are asked for.
    ///
    /// - Throws: `notFound`, `invalidArgument` when the days depend on what day it is and are too
    ///   many or in the wrong order, `unavailable`.
    package func usage(
        of tenant: TenantID, _ request: UsageRequest
    ) async throws(DomainError) -> UsageReport {
        let scope = Scope.tenant(tenant)
        let zone = try await read(
            in: scope,
            """
            SELECT t.time_zone, (clock_timestamp() AT TIME ZONE t.time_zone)::date AS today
            FROM tenants t WHERE t.id = \(tenant.rawValue)
            """)
        guard let zone = zone.first else { throw .tenantNotFound }
        let days = try request.days(today: try zone.date("today"))
        // The resource is compared without an index: a day has four rows at most.
        let rows = try await read(
            in: scope,
            """
            SELECT u.usage_date, u.resource_type, u.used FROM tenant_resource_usage u
            WHERE u.tenant_id = \(tenant.rawValue)
                AND u.usage_date BETWEEN \(PostgresDate(days: days.lowerBound.days))
                    AND \(PostgresDate(days: days.upperBound.days))
                AND u.resource_type = coalesce(
                    \(optional: request.resource?.rawValue), u.resource_type)
            """)
        var report = UsageReport(timeZone: try zone.value("time_zone"), days: days)
        for row in rows {
            report.add(
                try row.value("used"), of: try row.named("resource_type"),
                on: try row.date("usage_date"))
        }
        let overage = try await read(
            in: scope,
            """
            SELECT e.resource_type, sum(e.overage_units)::bigint AS units,
                sum(e.overage_units::numeric * e.overage_price_paise)::bigint AS price_paise
            FROM tenant_usage_ledger e
            WHERE e.tenant_id = \(tenant.rawValue) AND e.overage_units <> 0
                AND e.usage_date BETWEEN \(PostgresDate(days: days.lowerBound.days))
                    AND \(PostgresDate(days: days.upperBound.days))
                AND e.resource_type = coalesce(
                    \(optional: request.resource?.rawValue), e.resource_type)
            GROUP BY e.resource_type
            """)
        for row in overage {
            report.overage.append(
                UsageReport.Overage(
                    resource: try row.named("resource_type"), units: try row.value("units"),
                    pricePaise: try row.value("price_paise")))
        }
        return report
    }
}

extension Row {
    fileprivate func date(_ column: String) throws(DomainError) -> CalendarDate {
        CalendarDate(days: try value(column, as: PostgresDate.self).days)
    }
}
