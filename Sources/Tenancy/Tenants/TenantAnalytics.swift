/// The numbers of one tenant. The last 30 days are calendar days of its time zone, today the last.
package struct TenantAnalytics: Sendable, Hashable {
    package var totalUsers: UInt64
    /// Those of the users who logged in within the last 30 days.
    package var activeUsers30d: UInt64
    package var totalAPICalls30d: UInt64
    package var totalTransactions30d: UInt64
    /// In units of 10^9 bytes.
    package var storageUsedGB: Double
    /// Of the quota that stands worst.
    package var quotaHealth: QuotaHealth

    package init(
        totalUsers: UInt64, activeUsers30d: UInt64, totalAPICalls30d: UInt64,
        totalTransactions30d: UInt64, storageUsedGB: Double, quotaHealth: QuotaHealth
    ) {
        self.totalUsers = totalUsers
        self.activeUsers30d = activeUsers30d
        self.totalAPICalls30d = totalAPICalls30d
        self.totalTransactions30d = totalTransactions30d
        self.storageUsedGB = storageUsedGB
        self.quotaHealth = quotaHealth
    }
}

/// How close usage is to its limit. The raw values are the database's and the interface's.
package enum QuotaHealth: String, Sendable, Hashable, CaseIterable {
    /// Below 80 %.
    case healthy
    /// From 80 %.
    case warning
    /// From 95 %.
    case critical
    /// From 100 %.
    case exceeded
}
