/// What has to be done beside the calls, by one server at a time. The raw values are the
/// database's, where each job's interval is.
package enum ScheduledJob: String, Sendable, Hashable, CaseIterable {
    /// Months of quotas, trials, scheduled changes, cancellations and billing periods.
    case settleSubscriptions = "settle_subscriptions"
    /// Partitions of the months to come.
    case ensurePartitions = "ensure_partitions"
    /// Kept answers that no retry may ask for any more.
    case purgeIdempotencyKeys = "purge_idempotency_keys"
    /// Activity that has passed its retention.
    case expireActivity = "expire_activity"
    /// Daily usage that has passed its retention.
    case expireUsage = "expire_usage"
    /// Units in the hands of servers that were lost.
    case reclaimQuotaLeases = "reclaim_quota_leases"
    /// Units in the hands of clients that were lost.
    case expireClientLeases = "expire_client_leases"
    /// Units that were set aside, and neither consumed nor released in time.
    case expireReservations = "expire_reservations"
}
