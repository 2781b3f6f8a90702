internal import Postgres
package import Tenancy

extension Change {
    /// Keeps a new key. The change holds the tenant's row for itself, so that two at once do not
    /// both find one key less than the most.
    ///
    /// - Throws: `tooMany`, `invalidArgument` for an expiry that is not in the future.
    package func createAPIKey(
        _ new: NewAPIKey, as stored: StoredCredential
    ) async throws(DomainError) -> APIKey {
        try await checkRoomForAPIKey()
        let expiry = new.expiresAt.map { PostgresTimestamp(microseconds: $0.microseconds) }
        return try await row(
            """
            WITH id AS (
                INSERT INTO api_key_ids (tenant_id) VALUES (\(tenant.rawValue)) RETURNING *),
            k AS (
                INSERT INTO tenant_api_keys (
                    tenant_id, key_id, key_name, key_prefix, api_key_hash, hash_version,
                    permissions, rate_limit, allowed_ips, expires_at, created_by)
                SELECT id.tenant_id, id.key_id, \(new.name), \(stored.prefix),
                    \(PostgresBytes(stored.hash)), \(stored.hashVersion),
                    \(PostgresArray(new.scopes.names)), \(new.rateLimit),
                    \(PostgresArray(new.addresses.map(\.text))), \(optional: expiry),
                    \(context.actor)
                FROM id
                RETURNING *)
            SELECT \(unsafeSQL: TenancyStore.apiKeyColumns) FROM k
            """
        ).apiKey()
    }

    private func checkRoomForAPIKey() async throws(DomainError) {
        let active = try await row(
            """
            SELECT count(*) AS active FROM tenant_api_keys k
            WHERE k.tenant_id = \(tenant.rawValue) AND k.status = 'active'
                AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
                AND (k.superseded_at IS NULL OR k.superseded_at > clock_timestamp())
            """
        ).value("active", as: Int64.self)
        guard active < NewAPIKey.activeMax else {
            throw DomainError(
                .tooMany(.apiKeys), message: "the tenant has \(NewAPIKey.activeMax) active keys",
                metadata: ["max": String(NewAPIKey.activeMax)])
        }
    }

    /// A key, which stays as it is until the end of this change.
    ///
    /// - Throws: `notFound`.
    package func apiKey(_ id: Int64) async throws(DomainError) -> APIKey {
        let rows = try await query(
            """
            SELECT \(unsafeSQL: TenancyStore.apiKeyColumns) FROM tenant_api_keys k
            WHERE k.tenant_id = \(tenant.rawValue) AND k.key_id = \(id)
            FOR NO KEY UPDATE
            """)
        guard let row = rows.first else { throw .notFound("API key") }
        return try row.apiKey()
    }

    /// Keeps a successor of a key, like it in everything but its text and its end. Like
    /// `createAPIKey`, it needs the tenant's row.
    ///
    /// - Throws: `failedPrecondition` for a key that does not work or has a successor, `tooMany`,
    ///   `invalidArgument` for an expiry that is not in the future.
    package func rotate(
        _ key: APIKey, _ rotation: KeyRotation, as stored: StoredCredential
    ) async throws(DomainError) -> (old: APIKey, new: APIKey) {
        guard key.status == .active, key.successor == nil else {
            let status = key.status == .active ? .superseded : key.status
            throw DomainError(
                .failedPrecondition(.apiKeyNotActive), message: "the key is \(status.rawValue)",
                metadata: ["status": status.rawValue])
        }
        try await checkRoomForAPIKey()
        let expiry = rotation.expiresAt.map { PostgresTimestamp(microseconds: $0.microseconds) }
        let new = try await row(
            """
            WITH id AS (
                INSERT INTO api_key_ids (tenant_id) VALUES (\(tenant.rawValue)) RETURNING *),
            k AS (
                INSERT INTO tenant_api_keys (
                    tenant_id, key_id, family_id, key_name, key_prefix, api_key_hash,
                    hash_version, permissions, rate_limit, allowed_ips, expires_at, created_by)
                SELECT old.tenant_id, id.key_id, coalesce(old.family_id, old.key_id),
                    old.key_name, \(stored.prefix), \(PostgresBytes(stored.hash)),
                    \(stored.hashVersion), old.permissions, old.rate_limit, old.allowed_ips,
                    coalesce(\(optional: expiry), old.expires_at), \(context.actor)
                FROM id JOIN tenant_api_keys old USING (tenant_id)
                WHERE old.tenant_id = \(tenant.rawValue) AND old.key_id = \(key.id)
                RETURNING *)
            SELECT \(unsafeSQL: TenancyStore.apiKeyColumns) FROM k
            """
        ).apiKey()
        let old = try await row(
            """
            UPDATE tenant_api_keys k
            SET superseded_by = \(new.id),
                superseded_at = clock_timestamp()
                    + \(rotation.overlapSeconds) * interval '1 second'
            WHERE k.tenant_id = \(tenant.rawValue) AND k.key_id = \(key.id)
            RETURNING \(unsafeSQL: TenancyStore.apiKeyColumns)
            """
        ).apiKey()
        return (old, new)
    }

    /// Makes a key worthless that was found where it should not be, and notes where.
    ///
    /// - Parameter hashes: What the key may be stored as.
    /// - Throws: `notFound`.
    package func revokeLeakedAPIKey(
        storedAs hashes: [[UInt8]], foundAt: String
    ) async throws(DomainError) -> (key: APIKey, wasActive: Bool) {
        let rows = try await query(
            """
            SELECT \(unsafeSQL: TenancyStore.apiKeyColumns) FROM tenant_api_keys k
            WHERE k.tenant_id = \(tenant.rawValue)
                AND k.api_key_hash = ANY (ARRAY(
                    SELECT decode(h, 'hex')
                    FROM unnest(\(PostgresArray(hashes.map(\.hex)))) AS h))
            FOR NO KEY UPDATE
            """)
        guard let row = rows.first else { throw .notFound("API key") }
        let found = try row.apiKey()
        _ = try await query(
            """
            SELECT append_tenant_activity(
                \(tenant.rawValue), 'api_key_leak_reported', 'api_key', \(String(found.id)),
                jsonb_build_object(
                    'key_name', \(found.name)::text, 'found_at', \(foundAt)::text,
                    'status', \(found.status.rawValue)::text))
            """)
        return (try await revokeAPIKey(found.id), found.status == .active)
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
        return try await apiKey(id)
    }
}

/// What is kept of the text of a key.
package struct StoredCredential: Sendable {
    package let prefix: String
    package let hash: [UInt8]
    /// What the hash is made with: 0 for nothing but the key.
    package let hashVersion: Int32

    package init(prefix: String, hash: [UInt8], hashVersion: Int32) {
        self.prefix = prefix
        self.hash = hash
        self.hashVersion = hashVersion
    }
}
