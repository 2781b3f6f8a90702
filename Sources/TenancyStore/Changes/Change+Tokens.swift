internal import Postgres
package import Tenancy

extension Change {
    /// Makes every token worthless that was issued so far for one key, or for all when nil.
    ///
    /// - Throws: `notFound` for a key that the tenant has not.
    package func revokeTokens(ofKey keyID: Int64?) async throws(DomainError) -> Timestamp {
        if let keyID {
            let found = try await query(
                """
                SELECT k.key_id FROM tenant_api_keys k
                WHERE k.tenant_id = \(tenant.rawValue) AND k.key_id = \(keyID)
                """)
            guard !found.isEmpty else { throw .notFound("API key") }
        }
        return try await row(
            """
            INSERT INTO tenant_token_revocations AS r (tenant_id, key_id, revoked_before)
            VALUES (\(tenant.rawValue), \(keyID ?? 0), clock_timestamp())
            ON CONFLICT ON CONSTRAINT tenant_token_revocations_pkey
            DO UPDATE SET revoked_before = greatest(r.revoked_before, excluded.revoked_before),
                generation = r.generation + 1
            RETURNING r.revoked_before
            """
        ).timestamp("revoked_before")
    }
}
