internal import Postgres
package import Tenancy

extension TenancyStore {
    /// The columns that `Row.apiKey` reads.
    static let apiKeyColumns = """
        k.*, tenant_api_key_status(k.status, k.expires_at, clock_timestamp()) AS present_status
        """

    /// A page of the keys of a tenant, in the order of their numbers.
    ///
    /// - Throws: `unavailable`.
    package func listAPIKeys(
        of tenant: TenantID, _ list: APIKeyListRequest
    ) async throws(DomainError) -> APIKeyPage {
        // One more than the page holds tells whether another follows. A filter that is not asked
        // for is gone before the statement is planned.
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT \(unsafeSQL: Self.apiKeyColumns) FROM tenant_api_keys k
            WHERE k.tenant_id = \(tenant.rawValue) AND k.key_id > \(list.afterID)
                AND (\(unsafeSQL: list.status == nil ? "true OR" : "")
                    tenant_api_key_status(k.status, k.expires_at, clock_timestamp())
                        = \(optional: list.status?.rawValue))
            ORDER BY k.key_id LIMIT \(Int64(list.pageSize.entries + 1))
            """)
        var keys: [APIKey] = []
        for row in rows.prefix(list.pageSize.entries) { keys.append(try row.apiKey()) }
        guard rows.count > keys.count, let last = keys.last else {
            return APIKeyPage(keys: keys, nextPageToken: "")
        }
        return APIKeyPage(keys: keys, nextPageToken: list.nextPageToken(after: last.id))
    }

    /// The key of a tenant with this hash, whether or not it works; nil when there is none. The
    /// hash that is found is answered, for the caller to compare in constant time: an index does
    /// not.
    ///
    /// - Throws: `unavailable`.
    package func apiKey(
        of tenant: TenantID, hash: [UInt8]
    ) async throws(DomainError) -> (key: KnownKey, hash: [UInt8])? {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT \(unsafeSQL: Self.apiKeyColumns), t.tenant_code, t.status AS tenant_status
            FROM tenant_api_keys k JOIN tenants t ON t.id = k.tenant_id
            WHERE k.tenant_id = \(tenant.rawValue) AND k.api_key_hash = \(PostgresBytes(hash))
            """)
        guard let row = rows.first else { return nil }
        guard let code = TenantCode(try row.value("tenant_code")) else { throw Self.emptyAnswer }
        let key = KnownKey(
            key: try row.apiKey(), tenant: tenant, tenantCode: code,
            tenantStatus: try row.named("tenant_status"))
        return (key, try row.value("api_key_hash"))
    }

    /// Takes an amount from the hour of a key, if all of it is left. Nil for a key that has stopped
    /// working meanwhile.
    ///
    /// - Throws: `unavailable`.
    package func takeKeyRate(
        _ known: KnownKey, cost: Int64, context: AuditContext
    ) async throws(DomainError) -> KeyRate? {
        let tenant = known.tenant
        let rows = try await write(
            in: .tenant(tenant), context: context,
            """
            SELECT * FROM take_api_key_rate(\(tenant.rawValue), \(known.key.id), \(cost))
            """)
        guard let row = rows.first else { throw Self.emptyAnswer }
        guard try row.optional("status", as: String.self) == APIKeyStatus.active.rawValue else {
            return nil
        }
        return try row.keyRate()
    }

    /// Notes in which minute keys were last used, for many at once.
    ///
    /// - Throws: `unavailable`, `aborted`.
    package func noteKeyUses(
        _ uses: [KeyUse], context: AuditContext
    ) async throws(DomainError) {
        guard !uses.isEmpty else { return }
        _ = try await write(
            in: .platform, context: context,
            """
            SELECT note_api_keys_used(
                \(PostgresArray(uses.map(\.tenant.rawValue))),
                \(PostgresArray(uses.map(\.keyID))), \(PostgresArray(uses.map(\.minute))))
            """)
    }
}
