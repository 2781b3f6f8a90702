/// Where one resource of a tenant stands in the database.
package struct QuotaLevel: Sendable, Hashable {
    /// The counter; reserved are reservations, and what is in the hands of clients. What servers
    /// hold counts as left: they give it to whoever asks.
    package let status: QuotaStatus
    /// The limit, and what is allowed above it.
    package let allowance: UInt64
    package let version: Int64
    /// When the month ends that the units are of; nil for what is of no month.
    package let renewsAt: Timestamp?

    package init(
        status: QuotaStatus, allowance: UInt64, version: Int64, renewsAt: Timestamp?
    ) {
        self.status = status
        self.allowance = allowance
        self.version = version
        self.renewsAt = renewsAt
    }

    /// Whether so many units are left; 0 asks whether any is.
    package func allows(_ amount: UInt64) -> Bool {
        let (taken, overflow) = status.current.addingReportingOverflow(status.reserved)
        return !overflow && taken < allowance && Swift.max(amount, 1) <= allowance - taken
    }

    /// The answer to a question about an amount.
    package func answer(_ amount: UInt64, at now: Timestamp) -> QuotaAnswer {
        var answer = QuotaAnswer(allowed: allows(amount), status: status, decidedAt: now)
        answer.limitVersion = version
        if !answer.allowed { answer.retryAfterSeconds = retryAfterSeconds(at: now) }
        return answer
    }

    /// Until the month ends, rounded up; nil when no time frees units.
    package func retryAfterSeconds(at now: Timestamp) -> Int64? {
        renewsAt.map { Swift.max(1, ($0.microseconds - now.microseconds + 999_999) / 1_000_000) }
    }
}

/// Where a tenant stands with every resource, as it was read.
package struct QuotaLevels: Sendable {
    package let levels: [QuotaLevel]
    package let tenantStatus: TenantStatus
    package let subscriptionStatus: SubscriptionStatus
    package let readAt: Timestamp

    package init(
        levels: [QuotaLevel], tenantStatus: TenantStatus, subscriptionStatus: SubscriptionStatus,
        readAt: Timestamp
    ) {
        self.levels = levels
        self.tenantStatus = tenantStatus
        self.subscriptionStatus = subscriptionStatus
        self.readAt = readAt
    }

    /// The level of a resource, of a tenant that may take units.
    ///
    /// - Throws: `failedPrecondition`.
    package func level(of resource: Resource) throws(DomainError) -> QuotaLevel {
        guard tenantStatus == .active else { throw .tenantNotActive }
        guard subscriptionStatus.allowsConsumption else { throw .subscriptionNotActive }
        guard let level = levels.first(where: { $0.status.resource == resource }) else {
            throw DomainError(.internalFailure, message: "a resource has no counter")
        }
        return level
    }
}
