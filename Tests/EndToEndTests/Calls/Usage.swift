internal import TenancyAPI

/// What the three places that record a resource's usage say, read past the service.
struct Usage: Equatable {
    /// The subscription's counter.
    var counter: Int64
    /// The sum over the days.
    var days: Int64
    /// The sum of the amounts in the activity log.
    var activity: Int64

    init(counter: Int64, days: Int64, activity: Int64) {
        self.counter = counter
        self.days = days
        self.activity = activity
    }

    /// One snapshot of all three.
    init(of resource: Resource, code: String, in deployment: Deployment) async throws {
        let (name, column) =
            switch resource {
            case .users: ("users", "current_users")
            case .apiCalls: ("api_calls", "current_api_calls")
            case .storage: ("storage", "current_storage_bytes")
            default: ("transactions", "current_transactions")
            }
        let row = try await deployment.query(
            """
            SELECT s.\(column),
                (SELECT coalesce(sum(used), 0) FROM tenant_resource_usage u
                    WHERE u.tenant_id = t.id AND u.resource_type = '\(name)'),
                (SELECT coalesce(sum((details ->> 'amount')::bigint), 0)
                    FROM tenant_activity_logs l
                    WHERE l.tenant_id = t.id AND l.action = 'usage_consumed'
                        AND l.details ->> 'resource_type' = '\(name)')
            FROM tenants t JOIN tenant_subscriptions s ON s.tenant_id = t.id
            WHERE t.tenant_code = '\(code)'
            """)
        let numbers = row.first?.split(separator: "|").compactMap { Int64($0) } ?? []
        guard row.count == 1, numbers.count == 3 else {
            throw DeploymentError("no usage of \(code): \(row)")
        }
        self.init(counter: numbers[0], days: numbers[1], activity: numbers[2])
    }
}
