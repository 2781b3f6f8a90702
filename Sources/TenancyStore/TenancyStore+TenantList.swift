internal import Postgres
package import Tenancy

/// The list of tenants. A page costs what it holds, whatever filters it has and however many
/// tenants there are.
extension TenancyStore {
    /// How many entries of an index are looked at for each that a page may hold. Filters and names
    /// whose code was listed already may leave few of them; such a page is shorter than asked for,
    /// and the next one goes on.
    static let listLooksPerEntry = 4

    /// A page of all tenants.
    ///
    /// - Throws: `unavailable`.
    package func listTenants(_ list: TenantListRequest) async throws(DomainError) -> TenantPage {
        switch list.start {
        case .id(let after): return try await tenants(of: list, after: after)
        case .code, .name: return try await tenantsOfQuery(list)
        }
    }

    // MARK: - Without a query

    private func tenants(
        of list: TenantListRequest, after id: Int64
    ) async throws(DomainError) -> TenantPage {
        // One more than the page holds tells whether another follows.
        let limit = Int64(list.pageSize.entries + 1)
        let rows = try await read(in: .platform, Self.listStatement(list, after: id, limit))
        var tenants: [Tenant] = []
        for row in rows.prefix(list.pageSize.entries) { tenants.append(try row.tenant()) }
        guard rows.count > tenants.count, let last = tenants.last else {
            return TenantPage(tenants: tenants, nextPageToken: "")
        }
        return TenantPage(
            tenants: tenants, nextPageToken: list.nextPageToken(after: .id(last.id.rawValue)))
    }

    /// With a filter, a page of each status and type that pass is read from its part of the index,
    /// and of all those the first: twelve at most, and four for a status. One scan in the order of
    /// numbers would pass over all tenants to find the few that are suspended; a part is asked for
    /// as a range, because the planner prefers that scan where it may.
    static func listStatement(
        _ list: TenantListRequest, after id: Int64, _ limit: Int64
    ) -> SQL {
        guard list.status != nil || list.type != nil else {
            return "SELECT * FROM tenants WHERE id > \(id) ORDER BY id LIMIT \(limit)"
        }
        let statuses = list.status.map { [$0] } ?? TenantStatus.allCases
        let types = list.type.map { [$0] } ?? TenantType.allCases
        return """
            SELECT page.*
            FROM unnest(\(PostgresArray(statuses.map(\.rawValue)))) AS s (status)
            CROSS JOIN unnest(\(PostgresArray(types.map(\.rawValue)))) AS y (tenant_type)
            CROSS JOIN LATERAL (
                SELECT t.* FROM tenants t
                WHERE (t.status, t.tenant_type, t.id) > (s.status, y.tenant_type, \(id))
                    AND (t.status, t.tenant_type, t.id)
                        <= (s.status, y.tenant_type, \(Int64.max))
                ORDER BY t.status, t.tenant_type, t.id LIMIT \(limit)) AS page
            ORDER BY page.id LIMIT \(limit)
            """
    }

    // MARK: - With a query

    private func tenantsOfQuery(
        _ list: TenantListRequest
    ) async throws(DomainError) -> TenantPage {
        let looks = Self.listLooksPerEntry * (list.pageSize.entries + 1)
        var tenants: [Tenant] = []
        var position = list.start
        while true {
            let rows = try await read(in: .platform, Self.queryStatement(list, position, looks))
            for row in rows {
                if try row.optional("id", as: Int64.self) != nil {
                    guard tenants.count < list.pageSize.entries else {
                        return TenantPage(
                            tenants: tenants, nextPageToken: list.nextPageToken(after: position))
                    }
                    tenants.append(try row.tenant())
                }
                position = try Self.position(of: row, following: position)
            }
            if rows.count == looks {
                return TenantPage(
                    tenants: tenants, nextPageToken: list.nextPageToken(after: position))
            }
            guard case .code = position else {
                return TenantPage(tenants: tenants, nextPageToken: "")
            }
            position = .name("", id: 0)
        }
    }

    private static func position(
        of row: Row, following position: TenantListRequest.Position
    ) throws(DomainError) -> TenantListRequest.Position {
        let text = try row.value("position_text", as: String.self)
        if case .code = position { return .code(text) }
        return .name(text, id: try row.value("position_id"))
    }

    /// The next entries in the order of codes or names, and the tenant of each that passes the
    /// filters. The outer rows are found one by one by their number, whatever the planner thinks of
    /// their count.
    static func queryStatement(
        _ list: TenantListRequest, _ position: TenantListRequest.Position, _ looks: Int
    ) -> SQL {
        let query = list.query ?? ""
        switch position {
        case .id, .code:
            var after = ""
            if case .code(let code) = position { after = code }
            return """
                SELECT c.tenant_code AS position_text, c.tenant_id AS position_id, t.*
                FROM (
                    SELECT tenant_code, tenant_id FROM tenant_codes
                    WHERE tenant_code > \(after) AND tenant_code >= \(query)
                        AND tenant_code < prefix_end(\(query))
                    ORDER BY tenant_code LIMIT \(Int64(looks))) AS c
                LEFT JOIN LATERAL (
                    SELECT * FROM tenants
                    WHERE id = c.tenant_id
                        AND status = coalesce(\(optional: list.status?.rawValue), status)
                        AND tenant_type = coalesce(\(optional: list.type?.rawValue), tenant_type)
                    LIMIT 1) AS t ON true
                ORDER BY c.tenant_code
                """
        case .name(let name, let id):
            return """
                SELECT n.name AS position_text, n.id AS position_id, t.*
                FROM (
                    SELECT left(lower(tenant_name), 64) COLLATE "C" AS name, id FROM tenants
                    WHERE (left(lower(tenant_name), 64) COLLATE "C", id) > (\(name), \(id))
                        AND left(lower(tenant_name), 64) COLLATE "C" >= left(lower(\(query)), 64)
                        AND left(lower(tenant_name), 64) COLLATE "C"
                            < prefix_end(left(lower(\(query)), 64))
                    ORDER BY left(lower(tenant_name), 64) COLLATE "C", id
                    LIMIT \(Int64(looks))) AS n
                LEFT JOIN LATERAL (
                    SELECT * FROM tenants
                    WHERE id = n.id
                        AND status = coalesce(\(optional: list.status?.rawValue), status)
                        AND tenant_type = coalesce(\(optional: list.type?.rawValue), tenant_type)
                        AND starts_with(lower(tenant_name), lower(\(query)))
                        AND NOT starts_with(tenant_code, \(query))
                    LIMIT 1) AS t ON true
                ORDER BY n.name, n.id
                """
        }
    }
}
