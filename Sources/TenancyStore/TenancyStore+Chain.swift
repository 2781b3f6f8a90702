internal import Postgres
package import Tenancy

extension TenancyStore {
    /// How many rows are recomputed in one statement: a part of a second, so that proving a long
    /// chain holds up nobody and stops when its caller does.
    package static let verifiedRowsMax = 5_000
    /// How often a chain is proven anew because rows passed their retention meanwhile.
    private static let verificationsMax = 3

    /// Proves the chain of a tenant.
    ///
    /// - Parameter known: A row that the caller kept the hash of.
    /// - Throws: `notFound`, `unavailable`, `deadlineExceeded`, `aborted`.
    package func verifyActivity(
        of tenant: TenantID, known: ChainLink? = nil, rowsMax: Int = verifiedRowsMax
    ) async throws(DomainError) -> AuditReport {
        var outline = try await chainOutline(of: tenant, known: known)
        for _ in 0..<Self.verificationsMax {
            let report = try await verify(tenant, outline, known: known, rowsMax: rowsMax)
            guard report.fault != nil else { return report }
            // Rows that were dropped while they were being read are not missing.
            let present = try await chainOutline(of: tenant, known: known)
            if present.anchor == outline.anchor { return report }
            outline = present
        }
        throw DomainError(.aborted, message: "rows pass their retention faster than they are read")
    }

    private func verify(
        _ tenant: TenantID, _ outline: ChainOutline, known: ChainLink?, rowsMax: Int
    ) async throws(DomainError) -> AuditReport {
        var verification = AuditVerification(outline, known: known)
        // Behind every row with the number of the anchor.
        var readTo: PostgresTimestamp?
        while true {
            if let report = verification.report { return report }
            let (sequence, hash) = (verification.verified.sequence, verification.verified.rowHash)
            let rows = try await read(
                in: .tenant(tenant),
                """
                SELECT * FROM verify_tenant_activity(
                    \(tenant.rawValue), \(sequence), coalesce(\(optional: readTo), 'infinity'),
                    \(PostgresBytes(hash)), \(verification.through), \(Int32(rowsMax)))
                """)
            guard let row = rows.first else { throw Self.emptyAnswer }
            readTo = try row.optional("last_created_at")
            verification.absorb(try row.verifiedBatch())
        }
    }

    private func chainOutline(
        of tenant: TenantID, known: ChainLink?
    ) async throws(DomainError) -> ChainOutline {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT h.sequence AS head_sequence, h.row_hash AS head_hash,
                a.sequence AS anchor_sequence, a.row_hash AS anchor_hash,
                (SELECT l.sequence FROM tenant_activity_logs l WHERE l.tenant_id = t.id
                    ORDER BY l.sequence DESC LIMIT 1) AS last_sequence,
                e.details ->> 'sequence' AS expiry_sequence,
                decode(e.details ->> 'row_hash', 'hex') AS expiry_hash,
                (SELECT l.row_hash FROM tenant_activity_logs l
                    WHERE l.tenant_id = t.id AND l.sequence = \(known?.sequence ?? 0)
                    ORDER BY l.created_at LIMIT 1) AS known_hash
            FROM tenants t
            LEFT JOIN tenant_activity_heads h ON h.tenant_id = t.id
            LEFT JOIN tenant_activity_anchors a ON a.tenant_id = t.id
            LEFT JOIN LATERAL (
                SELECT l.details FROM tenant_activity_logs l
                WHERE l.tenant_id = t.id AND l.action = 'activity_expired'
                ORDER BY l.created_at DESC, l.sequence DESC LIMIT 1) AS e ON true
            WHERE t.id = \(tenant.rawValue)
            """)
        guard let row = rows.first else { throw .tenantNotFound }
        let expiry = try row.optional("expiry_sequence", as: String.self).flatMap { Int64($0) }
        return ChainOutline(
            head: try row.link("head"),
            lastSequence: try row.optional("last_sequence") ?? 0,
            anchor: try row.link("anchor"),
            expiry: try expiry.map { sequence throws(DomainError) in
                ChainLink(sequence: sequence, rowHash: try row.optional("expiry_hash") ?? [])
            },
            knownRowHash: try row.optional("known_hash"))
    }
}

extension Row {
    /// A link of which there may be none, from its two columns.
    fileprivate func link(_ name: String) throws(DomainError) -> ChainLink? {
        guard let sequence = try optional("\(name)_sequence", as: Int64.self) else { return nil }
        return ChainLink(sequence: sequence, rowHash: try value("\(name)_hash"))
    }

    fileprivate func verifiedBatch() throws(DomainError) -> AuditVerification.Batch {
        var last: ChainLink?
        if let sequence = try optional("last_sequence", as: Int64.self) {
            last = ChainLink(sequence: sequence, rowHash: try value("last_row_hash"))
        }
        var fault: AuditFault?
        if try optional("fault", as: String.self) != nil {
            fault = AuditFault(try named("fault"), at: try value("bad_sequence"))
        }
        return AuditVerification.Batch(
            rowsChecked: try value("rows_checked"), last: last, fault: fault)
    }
}
