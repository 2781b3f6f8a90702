internal import Postgres
package import Tenancy

extension TenancyStore {
    /// A page of a tenant's activity, the newest first.
    ///
    /// - Throws: `unavailable`.
    package func listActivity(
        of tenant: TenantID, _ list: ActivityListRequest
    ) async throws(DomainError) -> ActivityPage {
        // One more than the page holds tells whether another follows.
        let rows = try await read(
            in: .tenant(tenant),
            Self.activityPage(tenant, list, limit: Self.rowsAsked(for: list.pageSize)))
        var activities: [Activity] = []
        for row in rows.prefix(list.pageSize.entries) { activities.append(try row.activity()) }
        guard rows.count > activities.count, let last = activities.last else {
            return ActivityPage(activities: activities, nextPageToken: "")
        }
        return ActivityPage(
            activities: activities, nextPageToken: list.nextPageToken(after: last))
    }

    /// What is new in a tenant's chain behind one position, in the order of the commits: a row
    /// takes its number under a lock that its transaction holds until it has committed.
    ///
    /// - Parameter after: The rows behind it are still kept.
    /// - Parameter actions: Only these; all when empty.
    /// - Throws: `unavailable`.
    package func activity(
        of tenant: TenantID, after position: ChainPosition, through end: ChainPosition,
        actions: [String], limit: Int
    ) async throws(DomainError) -> [Activity] {
        let after = PostgresTimestamp(position.createdAt)
        let through = PostgresTimestamp(end.createdAt)
        // The times leave out the partitions that cannot hold such rows.
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT \(unsafeSQL: Self.activityColumns) FROM tenant_activity_logs l
            WHERE l.tenant_id = \(tenant.rawValue)
                AND l.sequence > \(position.sequence) AND l.sequence <= \(end.sequence)
                AND l.created_at >= \(after) AND l.created_at <= \(through)
                AND (\(actions.isEmpty) OR l.action = ANY (\(PostgresArray(actions))))
            ORDER BY l.sequence LIMIT \(Int64(limit))
            """)
        var activities: [Activity] = []
        for row in rows { activities.append(try row.activity()) }
        return activities
    }

    // MARK: - Statements

    static let activityColumns = """
        l.sequence, l.created_at, l.actor, l.action, l.entity_type, l.entity_id, l.details,
            host(l.ip_address) AS ip_address, l.user_agent, l.previous_hash, l.row_hash
        """

    /// The limit stands in the text, so that the plan is made for it; a few limits, so that there
    /// are few texts.
    static func rowsAsked(for size: PageSize) -> Int {
        [51, 201, PageSize.entriesMax + 1].first { $0 > size.entries } ?? PageSize.entriesMax + 1
    }

    /// Several actions are read each by itself, the newest rows of each, and then merged: one index
    /// gives the rows of one action in the order of the page.
    static func activityPage(
        _ tenant: TenantID, _ list: ActivityListRequest, limit: Int
    ) -> SQL {
        let order = "ORDER BY l.created_at DESC, l.sequence DESC LIMIT \(limit)"
        var conditions = conditions(tenant, list)
        switch list.filter.actions.count {
        case 0:
            return """
                SELECT \(unsafeSQL: activityColumns) FROM tenant_activity_logs l
                WHERE \(sql: conditions) \(unsafeSQL: order)
                """
        case 1:
            conditions = "\(sql: conditions) AND l.action = \(list.filter.actions[0])"
            return """
                SELECT \(unsafeSQL: activityColumns) FROM tenant_activity_logs l
                WHERE \(sql: conditions) \(unsafeSQL: order)
                """
        default:
            return """
                SELECT \(unsafeSQL: activityColumns)
                FROM unnest(\(PostgresArray(list.filter.actions))) AS a (action)
                CROSS JOIN LATERAL (
                    SELECT l.* FROM tenant_activity_logs l
                    WHERE \(sql: conditions) AND l.action = a.action \(unsafeSQL: order)) AS l
                \(unsafeSQL: order)
                """
        }
    }

    /// Only what is asked for: a condition that may be empty would hide the index from the planner.
    private static func conditions(_ tenant: TenantID, _ list: ActivityListRequest) -> SQL {
        let filter = list.filter
        var sql: SQL = "l.tenant_id = \(tenant.rawValue)"
        if let actor = filter.actor { sql = "\(sql: sql) AND l.actor = \(actor)" }
        if let type = filter.entityType { sql = "\(sql: sql) AND l.entity_type = \(type)" }
        if let id = filter.entityID { sql = "\(sql: sql) AND l.entity_id = \(id)" }
        if let start = filter.start {
            sql = "\(sql: sql) AND l.created_at >= \(PostgresTimestamp(start))"
        }
        if let end = filter.end {
            sql = "\(sql: sql) AND l.created_at < \(PostgresTimestamp(end))"
        }
        if let before = list.before {
            let time = PostgresTimestamp(before.createdAt)
            // The first comparison says nothing new; it leaves out later partitions.
            sql = """
                \(sql: sql) AND l.created_at <= \(time)
                AND (l.created_at, l.sequence) < (\(time), \(before.sequence))
                """
        }
        return sql
    }
}

extension PostgresTimestamp {
    init(_ timestamp: Timestamp) {
        self.init(microseconds: timestamp.microseconds)
    }
}

extension Row {
    func activity() throws(DomainError) -> Activity {
        Activity(
            sequence: try value("sequence"), createdAt: try timestamp("created_at"),
            actor: try value("actor"), action: try value("action"),
            entityType: try value("entity_type"), entityID: try value("entity_id"),
            details: try object("details"), ipAddress: try optional("ip_address"),
            userAgent: try optional("user_agent"), previousHash: try value("previous_hash"),
            rowHash: try value("row_hash"))
    }
}
