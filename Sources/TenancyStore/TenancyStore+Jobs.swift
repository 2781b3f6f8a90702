internal import Postgres
package import Tenancy

/// Jobs that many servers share, each claimed by one of them.
extension TenancyStore {
    /// How long a claim holds without being renewed: longer than a step can take, and short enough
    /// for another server to take over soon from one that was lost.
    package static let jobClaimSeconds: Int64 = 60
    /// How many subscriptions one step settles: their rows are locked for as long as it takes.
    package static let settledPerStepMax: Int32 = 50
    /// How far ahead partitions are made: long enough that the job may fail for weeks.
    package static let partitionMonthsAhead: Int32 = 3

    /// Claims the job that has waited longest, or answers nil when none is due.
    ///
    /// - Parameter server: who claims, for whoever looks at the table.
    /// - Throws: `unavailable`, `aborted`.
    package func claimJob(
        server: String, context: AuditContext
    ) async throws(DomainError) -> JobClaim? {
        let names = PostgresArray(ScheduledJob.allCases.map(\.rawValue))
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
        _ claim: JobClaim, from position: JobProgress.Position?, context: AuditContext
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
                let rows = try await transaction.query(
                    Self.statement(of: claim.job, from: position))
                guard let row = rows.first else { throw Self.emptyAnswer }
                return try Self.step(of: claim.job, row)
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

    private static func statement(of job: ScheduledJob, from position: JobProgress.Position?) -> SQL
    {
        switch job {
        case .settleSubscriptions:
            let dueAt = position.map { PostgresTimestamp(microseconds: $0.dueAt.microseconds) }
            return """
                SELECT * FROM settle_due_subscriptions(
                    coalesce(\(optional: dueAt), '-infinity'),
                    \(position?.tenant.rawValue ?? 0), \(settledPerStepMax))
                """
        case .ensurePartitions:
            return "SELECT ensure_partitions(\(partitionMonthsAhead)) AS done"
        case .purgeIdempotencyKeys: return "SELECT purge_idempotency_keys() AS done"
        case .reclaimQuotaLeases:
            return """
                SELECT reclaim_quota_leases(\(unsafeSQL: holderInterval)) AS done
                """
        case .expireClientLeases: return "SELECT expire_client_leases() AS done"
        case .expireReservations: return "SELECT expire_reservations() AS done"
        }
    }

    private static func step(of job: ScheduledJob, _ row: Row) throws(DomainError)
        -> JobProgress
        .Step
    {
        switch job {
        case .settleSubscriptions:
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
        case .ensurePartitions:
            return JobProgress.Step(
                done: Int(try row.value("done", as: Int64.self)), goesOn: false)
        case .purgeIdempotencyKeys, .reclaimQuotaLeases, .expireClientLeases,
            .expireReservations:
            let done = Int(clamping: try row.value("done", as: Int64.self))
            return JobProgress.Step(done: done, goesOn: done > 0)
        }
    }
}
