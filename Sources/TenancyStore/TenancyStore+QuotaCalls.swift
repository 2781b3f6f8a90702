internal import Postgres
package import Tenancy

/// What clients tell of their leases, and what is asked about quotas beside where they stand.
extension TenancyStore {
    /// Takes in what a client tells of its lease, whatever becomes of the lease.
    ///
    /// - Throws: `notFound`, `failedPrecondition`, `versionMismatch`, `invalidArgument`,
    ///   `unavailable`.
    package func report(
        _ report: ClientLeaseReport, of tenant: TenantID, context: AuditContext
    ) async throws(DomainError) -> ClientLease {
        var wait = RecallWait()
        while true {
            let row = try await take(report, of: tenant, context)
            switch try row.value("outcome", as: String.self) {
            case "admitted": return try row.clientLease(of: tenant)
            case "recalling":
                let lease = try row.clientLease(of: tenant)
                let account = QuotaAccount(tenant: tenant, meter: QuotaMeter(lease.resource))
                guard await waitForRecall(of: account, &wait) else { return lease }
            case "no_lease": throw .notFound("lease")
            case "ended":
                throw DomainError(
                    .failedPrecondition(.leaseEnded), message: "the lease has ended")
            case "stale": throw .versionMismatch
            case "invalid":
                throw .invalidArgument(
                    field: "consumed",
                    rule: "must be what was reported before to what was granted")
            case "tenant_inactive": throw .tenantNotActive
            case "subscription_inactive": throw .subscriptionNotActive
            default: throw Self.emptyAnswer
            }
        }
    }

    private func take(
        _ report: ClientLeaseReport, of tenant: TenantID, _ context: AuditContext
    ) async throws(DomainError) -> Row {
        let rows = try await write(
            in: .tenant(tenant), context: context,
            """
            SELECT c.*, extract(epoch FROM c.time_to_live)::bigint AS seconds
            FROM report_client_lease(
                \(tenant.rawValue), \(report.lease), \(report.sequence), \(report.consumed),
                \(optional: report.wanted)) c
            """)
        guard let row = rows.first else { throw Self.emptyAnswer }
        return row
    }

    /// How the limits of a tenant are meant, a policy for each resource.
    ///
    /// - Throws: `unavailable`.
    package func quotaPolicies(of tenant: TenantID) async throws(DomainError) -> [QuotaPolicy] {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT p.*, p.warn_percentages::bigint[] AS percentages
            FROM tenant_quota_policies p WHERE p.tenant_id = \(tenant.rawValue)
            """)
        var policies: [Resource: QuotaPolicy] = [:]
        for row in rows {
            let policy = try row.quotaPolicy()
            policies[policy.resource] = policy
        }
        return Resource.allCases.map { policies[$0] ?? QuotaPolicy(resource: $0) }
    }

    /// What happened to the quotas of a tenant behind one position of its chain up to another.
    ///
    /// - Parameter after: The rows behind it are still kept.
    /// - Throws: `unavailable`.
    package func quotaAlerts(
        of tenant: TenantID, after position: ChainPosition, through end: ChainPosition,
        resources: [Resource], limit: Int
    ) async throws(DomainError) -> [QuotaAlert] {
        let after = PostgresTimestamp(position.createdAt)
        let through = PostgresTimestamp(end.createdAt)
        let kinds = PostgresArray(QuotaAlert.Kind.allCases.map(\.rawValue))
        let wanted = PostgresArray(
            (resources.isEmpty ? Resource.allCases : resources).map(\.rawValue))
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT l.sequence, l.created_at, l.row_hash, l.action, l.entity_id,
                coalesce((l.details ->> 'percentage')::bigint, 0) AS percentage,
                coalesce((l.details ->> 'current')::bigint, 0) AS current_units,
                coalesce((l.details ->> 'max')::bigint, 0) AS max_units,
                greatest(0, coalesce((l.details ->> 'amount')::bigint, 0)) AS amount
            FROM tenant_activity_logs l
            WHERE l.tenant_id = \(tenant.rawValue)
                AND l.sequence > \(position.sequence) AND l.sequence <= \(end.sequence)
                AND l.created_at >= \(after) AND l.created_at <= \(through)
                AND l.action = ANY (\(kinds)) AND l.entity_id = ANY (\(wanted))
            ORDER BY l.sequence LIMIT \(Int64(limit))
            """)
        var alerts: [QuotaAlert] = []
        for row in rows {
            alerts.append(
                QuotaAlert(
                    position: ChainPosition(
                        sequence: try row.value("sequence"),
                        createdAt: try row.timestamp("created_at"),
                        rowHash: try row.value("row_hash")),
                    kind: try row.named("action"),
                    resource: try row.named("entity_id"),
                    percentage: UInt32(clamping: try row.value("percentage", as: Int64.self)),
                    current: try row.value("current_units"), max: try row.value("max_units"),
                    amount: try row.value("amount")))
        }
        return alerts
    }

    /// What the counters of a tenant are, and what they ought to be by the ledger.
    ///
    /// - Parameter month: Any day of the month whose days are compared; nil for the present one.
    /// - Throws: `failedPrecondition` for a month of which not everything is kept, `unavailable`.
    package func reconcileUsage(
        of tenant: TenantID, month: CalendarDate?
    ) async throws(DomainError) -> [UsageRecords] {
        let day = month.map { PostgresDate(days: $0.days) }
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT r.*, usage_kept_from(\(tenant.rawValue))::text AS kept_from
            FROM reconcile_tenant_usage(\(tenant.rawValue), \(optional: day)) r
            """)
        var found: [UsageRecords] = []
        for row in rows {
            if let month, let kept = CalendarDate(try row.value("kept_from", as: String.self)),
                month < kept
            {
                let first = String(kept.description.prefix(7))
                throw DomainError(
                    .failedPrecondition(.usageNotKept),
                    message: "the first month whose usage is kept is \(first)",
                    metadata: ["kept_from": first])
            }
            found.append(
                UsageRecords(
                    resource: try row.named("resource_type"), counted: try row.value("counted"),
                    recorded: try row.value("recorded"), days: try row.value("days"),
                    recordedDays: try row.value("recorded_days")))
        }
        return found
    }
}
