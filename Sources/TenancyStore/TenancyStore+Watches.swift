internal import Postgres
package import Tenancy

extension TenancyStore {
    /// How far the chains of these tenants reach, all in one statement. A tenant that does not
    /// exist is left out.
    ///
    /// - Throws: `unavailable`, `deadlineExceeded`.
    package func chainHeads(
        of tenants: [TenantID]
    ) async throws -> [TenantID: ChainHead] {
        let ids = PostgresArray(tenants.map(\.rawValue))
        let rows = try await follow(
            """
            SELECT h.tenant_id, h.sequence, h.created_at, h.row_hash,
                coalesce(a.sequence, 0) AS expired_sequence
            FROM tenant_activity_heads h
            LEFT JOIN tenant_activity_anchors a ON a.tenant_id = h.tenant_id
            WHERE h.tenant_id = ANY (\(ids))
            """)
        var heads: [TenantID: ChainHead] = [:]
        for row in rows {
            heads[try row.tenantID("tenant_id")] = ChainHead(
                end: ChainPosition(
                    sequence: try row.value("sequence"), createdAt: try row.timestamp("created_at"),
                    rowHash: try row.value("row_hash")),
                expiredSequence: try row.value("expired_sequence"))
        }
        return heads
    }

    /// Whether the row that a position is behind is the one that has its number now.
    ///
    /// - Throws: `unavailable`.
    package func isOnChain(
        _ position: ChainPosition, of tenant: TenantID
    ) async throws(DomainError) -> Bool {
        if position.sequence == 0 { return true }
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT l.row_hash FROM tenant_activity_logs l
            WHERE l.tenant_id = \(tenant.rawValue)
                AND l.created_at = \(PostgresTimestamp(position.createdAt))
                AND l.sequence = \(position.sequence)
            UNION ALL
            SELECT a.row_hash FROM tenant_activity_anchors a
            WHERE a.tenant_id = \(tenant.rawValue) AND a.sequence = \(position.sequence)
            LIMIT 1
            """)
        guard let row = rows.first else { return false }
        return ChainPosition.mark(of: try row.value("row_hash")) == position.mark
    }
}
