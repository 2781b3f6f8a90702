internal import Postgres
internal import Synchronization
package import Tenancy

/// Who holds units in this server's memory.
package protocol QuotaHolder: AnyObject, Sendable {
    /// Gives back what nobody needs, and waits until the database knows.
    func giveBack(_ account: QuotaAccount) async
    /// What limits a tenant has changed. Waits until the memory knows, or the database cannot be
    /// asked.
    func refreshed(_ tenant: TenantID) async
}

/// How long a taking has waited for units that others were asked for. It begins with the first
/// asking: however long that took, there is time for the answer.
struct RecallWait {
    private var deadline: ContinuousClock.Instant?

    var isOver: Bool { deadline.map { $0 <= .now } ?? false }

    mutating func goesOn() -> Bool {
        deadline = deadline ?? .now + TenancyStore.recallTime
        return !isOver
    }
}

extension TenancyStore {
    /// How long a taking waits for units that others are asked to give back.
    package static let recallTime = Duration.seconds(3)
    /// The pause before it tries again.
    static let recallPause = Duration.milliseconds(3)

    /// Where every resource of a tenant stands, as far as it was reported.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func quotaLevels(of tenant: TenantID) async throws(DomainError) -> QuotaLevels {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT q.*, clock_timestamp() AS read_at
            FROM tenant_quota_levels(\(tenant.rawValue)) q
            """)
        guard let first = rows.first else { throw .tenantNotFound }
        var levels: [QuotaLevel] = []
        for row in rows { levels.append(try row.quotaLevel()) }
        return QuotaLevels(
            levels: levels, tenantStatus: try first.named("tenant_status"),
            subscriptionStatus: try first.named("subscription_status"),
            readAt: try first.timestamp("read_at"))
    }

    /// Takes an amount if all of it is left, of the tenant and of the member's share, in one
    /// statement; a kept answer is decided before. The answer comes after the commit.
    ///
    /// - Throws: `quotaExceeded`, `idempotencyKeyReused`, `notFound`, `failedPrecondition`,
    ///   `unavailable`. Nothing was taken then, except that after `unavailable` it is not known;
    ///   the idempotency key makes the retry safe.
    package func consume(_ consumption: Consumption) async throws(DomainError) -> QuotaAnswer {
        let tenant = consumption.tenant
        let idempotency = consumption.idempotency
        let hash = idempotency.map { PostgresBytes($0.requestHash) }
        return try await whileRecalling(of: tenant) { () async throws(DomainError) -> QuotaAnswer in
            let rows = try await write(
                in: .tenant(tenant), context: consumption.context,
                """
                SELECT c.*, coalesce(s.version, 0) AS limit_version,
                    CASE WHEN \(consumption.resource.isOfAMonth) THEN s.period_end END AS renews_at
                FROM consume_user_quota(
                    \(tenant.rawValue), \(optional: consumption.user?.text),
                    \(consumption.resource.rawValue), \(consumption.amount.units),
                    \(optional: idempotency?.key), \(optional: hash),
                    \(consumption.validateOnly)) c
                LEFT JOIN tenant_subscriptions s ON s.tenant_id = \(tenant.rawValue)
                """, confirmation: consumption.key?.confirmation(in: tenant))
            guard let row = rows.first else { throw Self.emptyAnswer }
            return try row.consumptionAnswer(
                consumption.resource, consumption.amount, of: consumption.user)
        }
    }

    /// Runs `body` again while what it misses is in the hands of others, who were asked for it, and
    /// who are given a moment.
    private func whileRecalling<Value>(
        of tenant: TenantID, _ body: () async throws(DomainError) -> Value
    ) async throws(DomainError) -> Value {
        var wait = RecallWait()
        while true {
            do throws(DomainError) {
                return try await body()
            } catch {
                guard case .quotaExceeded(let excess) = error.code, excess.isRecallable,
                    await waitForRecall(of: excess.account(of: tenant), &wait)
                else { throw error }
            }
        }
    }

    /// Lets this server's own holder give back what others wait for.
    package func tellRecalls(to holder: any QuotaHolder) {
        quotaHolder.withLock { $0 = holder }
    }

    /// A moment in which units come back that were asked for; false when that took too long, or the
    /// task was cancelled.
    func waitForRecall(of account: QuotaAccount, _ wait: inout RecallWait) async -> Bool {
        guard wait.goesOn() else { return false }
        await quotaHolder.withLock { $0 }?.giveBack(account)
        return (try? await Task.sleep(for: Self.recallPause)) != nil
    }

    /// Asks the holders of an account's units to give back what they do not need.
    ///
    /// - Throws: `unavailable`.
    package func recallLeases(
        of account: QuotaAccount, context: AuditContext
    ) async throws(DomainError) {
        let (tenant, resource) = (account.tenant, account.meter.name)
        _ = try await write(
            in: .tenant(tenant), context: context,
            """
            SELECT recall_quota_leases(
                s.tenant_id, \(resource), \(account.subject),
                quota_period(\(resource), s.period_start))
            FROM tenant_subscriptions s WHERE s.tenant_id = \(tenant.rawValue)
            """)
    }
}

extension Resource {
    /// Whether its units are new every month.
    var isOfAMonth: Bool { self == .apiCalls || self == .transactions }
}

extension Row {
    fileprivate func quotaLevel() throws(DomainError) -> QuotaLevel {
        let resource: Resource = try named("resource_type")
        let reserved: UInt64 = try value("reserved_units")
        return QuotaLevel(
            status: QuotaStatus(
                resource: resource, current: try value("current_units"),
                reserved: reserved + (try value("client_units")), max: try value("max_units")),
            allowance: try value("allowance"), version: try value("limit_version"),
            renewsAt: try optionalTimestamp("renews_at"))
    }

    /// - Parameter user: Whose share may be what refuses.
    func consumptionAnswer(
        _ resource: Resource, _ amount: QuotaAmount, of user: UserID?
    ) throws(DomainError) -> QuotaAnswer {
        let status = try quotaStatus(of: resource)
        let outcome = try value("outcome", as: String.self)
        let decidedAt = try timestamp("decided_at")
        switch outcome {
        case "admitted", "validated", "replayed":
            var answer = QuotaAnswer(allowed: true, status: status, decidedAt: decidedAt)
            answer.isReplay = outcome == "replayed"
            answer.limitVersion = try value("limit_version")
            return answer
        default:
            throw try refusal(
                outcome, status, requested: UInt64(amount.units),
                of: try value("level") == "user" ? user : nil, at: decidedAt)
        }
    }

    /// Why the database gave no units.
    func refusal(
        _ outcome: String, _ status: QuotaStatus, requested: UInt64, of user: UserID? = nil,
        at now: Timestamp? = nil
    ) throws(DomainError) -> DomainError {
        switch outcome {
        case "denied", "recalling":
            var excess = QuotaExcess(
                status: status, requested: requested, user: user,
                isRecallable: outcome == "recalling")
            if let now, let renewsAt = try optionalTimestamp("renews_at") {
                excess.retryAfterSeconds = max(
                    1, (renewsAt.microseconds - now.microseconds + 999_999) / 1_000_000)
            }
            return .quotaExceeded(excess)
        case "key_reused": return .idempotencyKeyReused
        case "tenant_inactive": return .tenantNotActive
        case "subscription_inactive": return .subscriptionNotActive
        case "not_found": return .tenantNotFound
        default: return TenancyStore.emptyAnswer
        }
    }
}
