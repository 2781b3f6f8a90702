internal import Postgres
package import Tenancy

extension TenancyStore {
    /// The tenant's data key, wrapped; nil when it has none yet.
    ///
    /// - Throws: `unavailable`.
    package func dataKey(of tenant: TenantID) async throws(DomainError) -> WrappedDataKey? {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT k.master_key, k.wrapped_key FROM tenant_data_keys k
            WHERE k.tenant_id = \(tenant.rawValue)
            """)
        return try rows.first?.wrappedDataKey()
    }

    /// Keeps a tenant's first data key, and answers with the one that is kept: another server may
    /// have been quicker.
    ///
    /// - Throws: `notFound`, `aborted`, `unavailable`.
    package func keepDataKey(
        _ key: WrappedDataKey, of tenant: TenantID, context: AuditContext
    ) async throws(DomainError) -> WrappedDataKey {
        _ = try await write(
            in: .tenant(tenant), context: context,
            """
            INSERT INTO tenant_data_keys (tenant_id, master_key, wrapped_key)
            SELECT t.id, \(key.masterKey), \(PostgresBytes(key.bytes))
            FROM tenants t WHERE t.id = \(tenant.rawValue)
            ON CONFLICT ON CONSTRAINT tenant_data_keys_pkey DO NOTHING
            """)
        // A statement of its own sees what the other server has committed.
        guard let kept = try await dataKey(of: tenant) else { throw .tenantNotFound }
        return kept
    }

    /// Data keys of all tenants that an older master key wraps, in the order of their tenants.
    ///
    /// - Throws: `unavailable`.
    package func dataKeys(
        wrappedBefore masterKey: Int32, after tenant: TenantID?, limit: Int64
    ) async throws(DomainError) -> [(TenantID, WrappedDataKey)] {
        let rows = try await read(
            in: .platform,
            """
            SELECT k.tenant_id, k.master_key, k.wrapped_key FROM tenant_data_keys k
            WHERE k.tenant_id > \(tenant?.rawValue ?? 0) AND k.master_key < \(masterKey)
            ORDER BY k.tenant_id LIMIT \(limit)
            """)
        var keys: [(TenantID, WrappedDataKey)] = []
        for row in rows { keys.append((try row.tenantID("tenant_id"), try row.wrappedDataKey())) }
        return keys
    }

    /// Puts the same data key under another master key, unless somebody else did so meanwhile.
    ///
    /// - Returns: whether it was this call that did.
    /// - Throws: `aborted`, `unavailable`.
    package func rewrapDataKey(
        of tenant: TenantID, from old: WrappedDataKey, to new: WrappedDataKey,
        context: AuditContext
    ) async throws(DomainError) -> Bool {
        let rows = try await write(
            in: .tenant(tenant), context: context,
            """
            UPDATE tenant_data_keys k
            SET master_key = \(new.masterKey), wrapped_key = \(PostgresBytes(new.bytes)),
                wrapped_at = clock_timestamp()
            WHERE k.tenant_id = \(tenant.rawValue) AND k.master_key = \(old.masterKey)
                AND k.wrapped_key = \(PostgresBytes(old.bytes))
            RETURNING k.tenant_id
            """)
        return !rows.isEmpty
    }
}

extension Row {
    fileprivate func wrappedDataKey() throws(DomainError) -> WrappedDataKey {
        WrappedDataKey(
            masterKey: try value("master_key"), bytes: try value("wrapped_key", as: [UInt8].self))
    }
}
