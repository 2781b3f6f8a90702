internal import Postgres
package import Tenancy

extension Change {
    /// Keeps a new key. The change holds the tenant's row for itself, so that two at once do not
    /// both find one key less than the most.
    ///
    /// - Parameter hash: the SHA-256 of the key.
    /// - Throws: `tooMany`, `invalidArgument` for an expiry that is not in the future.
    package func createAPIKey(
        _ new: NewAPIKey, prefix: String, hash: [UInt8]
    ) async throws(DomainError) -> APIKey {
        let active = try await row(
            """
            SELECT count(*) AS active FROM tenant_api_keys k
            WHERE k.tenant_id = \(tenant.rawValue) AND k.status = 'active'
                AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
            """
        ).value("active", as: Int64.self)
        guard active < NewAPIKey.activeMax else {
            throw DomainError(
                .tooMany(.apiKeys), message: "the tenant has \(NewAPIKey.activeMax) active keys",
                metadata: ["max": String(NewAPIKey.activeMax)])
        }
        let expiry = new.expiresAt.map { PostgresTimestamp(microseconds: $0.microseconds) }
        return try await row(
            """
            WITH id AS (
                INSERT INTO api_key_ids (tenant_id) VALUES (\(tenant.rawValue)) RETURNING *),
            k AS (
                INSERT INTO tenant_api_keys (
                    tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions,
                    rate_limit, allowed_ips, expires_at, created_by)
                SELECT id.tenant_id, id.key_id, \(new.name), \(prefix), \(PostgresBytes(hash)),
                    \(PostgresArray(new.scopes.names)), \(new.rateLimit),
                    \(PostgresArray(new.addresses.map(\.text))), \(optional: expiry),
                    \(context.actor)
                FROM id
                RETURNING *)
            SELECT \(unsafeSQL: TenancyStore.apiKeyColumns) FROM k
            """
        ).apiKey()
    }

    /// Makes a key worthless; for one that is so already this changes nothing.
    ///
    /// - Throws: `notFound`.
    package func revokeAPIKey(_ id: Int64) async throws(DomainError) -> APIKey {
        _ = try await query(
            """
            UPDATE tenant_api_keys SET status = 'revoked', revoked_at = clock_timestamp()
            WHERE tenant_id = \(tenant.rawValue) AND key_id = \(id) AND status = 'active'
            """)
        let rows = try await query(
            """
            SELECT \(unsafeSQL: TenancyStore.apiKeyColumns) FROM tenant_api_keys k
            WHERE k.tenant_id = \(tenant.rawValue) AND k.key_id = \(id)
            """)
        guard let row = rows.first else { throw .notFound("API key") }
        return try row.apiKey()
    }
}
