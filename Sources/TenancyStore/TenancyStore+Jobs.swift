internal import Postgres
package import Tenancy

/// Jobs that many servers share, each claimed by one of them.
extension TenancyStore {
    /// How long a claim holds without being renewed: longer than a step can take, and short enough
    /// for another server to take over soon from one that was lost.
    package static let jobClaimSeconds: Int64 = 60
    /// How many subscriptions one step settles: their rows are locked for as long as it takes.
    package static let settledPerStepMax: Int32 = 50
    /// How many tenants' chains are locked at once while their beginnings are let go.
    package static let expiredTenantsMax: Int32 = 100
    /// How far ahead partitions are made: long enough that the job may fail for weeks.
    package static let partitionMonthsAhead: Int32 = 3

    /// Claims the job that has waited longest, or answers nil when none is due.
    ///
    /// - Parameter jobs: those that this server takes part in.
    /// - Parameter server: who claims, for whoever looks at the table.
    /// - Throws: `unavailable`, `aborted`.
    package func claimJob(
        among jobs: [ScheduledJob], server: String, context: AuditContext
    ) async throws(DomainError) -> JobClaim? {
        let names = PostgresArray(jobs.map(\.rawValue))
        let rows = try await write(
            in: .platform, context: context,
            """
            SELECT * FROM claim_scheduled_job(
                \(names), \(server), \(unsafeSQL: Self.claimInterval))
            """)
        guard let row = rows.first else { return nil }
        return JobClaim(job: try row.named("name"), run: try row.value("run"))
    }

    /// Does the next step of a run. The claim is renewed in the same transaction, and locked in it:
    /// of two servers that both believe they have the job, one does the step.
    ///
    /// - Throws: `aborted` when the claim is somebody else's by now, and nothing was done;
    ///   `unavailable`.
    package func advance(
        _ claim: JobClaim, from position: JobProgress.Position?, retention: Retention,
        context: AuditContext
    ) async throws -> JobProgress.Step {
        let settings = TransactionSettings(scope: .platform, context: context)
        do {
            return try await client.withTransaction(settings) { transaction in
                let renewed = try await transaction.query(
                    """
                    SELECT renew_scheduled_job(
                        \(claim.job.rawValue), \(claim.run), \(unsafeSQL: Self.claimInterval))
                        AS renewed
                    """)
                guard try renewed.first?.value("renewed") ?? false else {
                    throw DomainError(.aborted, message: "another server has the job")
                }
                switch claim.job {
                case .settleSubscriptions:
                    return try await Self.settle(from: position, in: transaction)
                case .ensurePartitions:
                    let made = try await Self.number(
                        "SELECT ensure_partitions(\(Self.partitionMonthsAhead))::bigint AS done",
                        in: transaction)
                    return JobProgress.Step(done: made, goesOn: false)
                case .purgeIdempotencyKeys:
                    return try await Self.repeated("purge_idempotency_keys()", in: transaction)
                case .reclaimQuotaLeases:
                    return try await Self.repeated(
                        "reclaim_quota_leases(\(unsafeSQL: Self.holderInterval))", in: transaction)
                case .expireClientLeases:
                    return try await Self.repeated("expire_client_leases()", in: transaction)
                case .expireReservations:
                    return try await Self.repeated("expire_reservations()", in: transaction)
                case .expireActivity:
                    return try await Self.expireActivity(
                        keeping: retention.activityMonths, from: position, in: transaction)
                case .expireUsage:
                    let firstMonth = Self.firstMonthKept(retention.usageMonths)
                    let dropped = try await Self.number(
                        "SELECT drop_expired_usage(\(unsafeSQL: firstMonth))::bigint AS done",
                        in: transaction)
                    return JobProgress.Step(done: dropped, goesOn: false)
                }
            }
        } catch let error as PostgresError {
            throw DomainError(error)
        }
    }

    /// Ends a run; the next one comes after the job's interval, or sooner after a failure. False
    /// when the job is somebody else's by now.
    ///
    /// - Throws: `unavailable`, `aborted`.
    package func finish(
        _ claim: JobClaim, succeeded: Bool, context: AuditContext
    ) async throws(DomainError) -> Bool {
        let rows = try await write(
            in: .platform, context: context,
            """
            SELECT finish_scheduled_job(\(claim.job.rawValue), \(claim.run), \(succeeded)) AS ended
            """)
        return try rows.first?.value("ended") ?? false
    }

    private static let claimInterval = "interval '\(jobClaimSeconds) seconds'"

    private static func number(
        _ statement: SQL, in transaction: Transaction
    ) async throws -> Int {
        guard let row = try await transaction.query(statement).first else { throw emptyAnswer }
        return Int(clamping: try row.value("done", as: Int64.self))
    }

    /// What is done so much at a time, until nothing is left to do.
    private static func repeated(
        _ function: SQL, in transaction: Transaction
    ) async throws -> JobProgress.Step {
        let done = try await number("SELECT \(sql: function)::bigint AS done", in: transaction)
        return JobProgress.Step(done: done, goesOn: done > 0)
    }

    private static func settle(
        from position: JobProgress.Position?, in transaction: Transaction
    ) async throws -> JobProgress.Step {
        let rows = try await transaction.query(
            """
            SELECT * FROM settle_due_subscriptions(
                coalesce(\(optional: position?.dueAt?.postgres), '-infinity'),
                \(position?.tenant.rawValue ?? 0), \(settledPerStepMax))
            """)
        guard let row = rows.first else { throw emptyAnswer }
        let failed = try row.value("failed", as: PostgresArray<Int64>.self).elements
        guard try row.optional("last_tenant_id", as: Int64.self) != nil else {
            return JobProgress.Step(done: 0, goesOn: false)
        }
        return JobProgress.Step(
            done: Int(try row.value("settled", as: Int64.self)),
            failed: failed.compactMap { TenantID($0) },
            position: JobProgress.Position(
                dueAt: try row.timestamp("last_due_at"),
                tenant: try row.tenantID("last_tenant_id")),
            goesOn: true)
    }

    /// Anchors the chains of the next tenants behind what goes; once all are, drops the partitions.
    private static func expireActivity(
        keeping months: Int, from position: JobProgress.Position?, in transaction: Transaction
    ) async throws -> JobProgress.Step {
        let firstMonth = firstMonthKept(months)
        if position == nil {
            // Nothing is anchored without need.
            let due = try await transaction.query(
                """
                SELECT EXISTS (
                    SELECT FROM tenant_activity_logs
                    WHERE created_at < \(unsafeSQL: firstMonth)::timestamp AT TIME ZONE 'UTC')
                    AS is_due
                """)
            guard try due.first?.value("is_due", as: Bool.self) == true else {
                return JobProgress.Step(done: 0, goesOn: false)
            }
        }
        let rows = try await transaction.query(
            """
            SELECT expire_tenant_activity(
                \(unsafeSQL: firstMonth), \(position?.tenant.rawValue ?? 0),
                \(expiredTenantsMax)) AS tenant
            """)
        guard let row = rows.first else { throw emptyAnswer }
        if let tenant = TenantID(try row.optional("tenant", as: Int64.self) ?? 0) {
            return JobProgress.Step(
                done: 0, position: JobProgress.Position(tenant: tenant), goesOn: true)
        }
        let dropped = try await number(
            "SELECT drop_expired_activity(\(unsafeSQL: firstMonth))::bigint AS done",
            in: transaction)
        return JobProgress.Step(done: dropped, goesOn: false)
    }

    /// By the database's clock, in its own words.
    private static func firstMonthKept(_ months: Int) -> String {
        """
        (date_trunc('month', now() AT TIME ZONE 'UTC') \
        - make_interval(months => \(months)))::date
        """
    }
}
