internal import Postgres
package import Tenancy

/// A key that tokens are signed with, as it is stored.
package struct StoredSigningKey: Sendable {
    package let name: String
    /// 32 bytes of an Ed25519 public key.
    package let publicKey: [UInt8]
    package let sealed: WrappedDataKey
    package let signsFrom: Timestamp

    package init(
        name: String, publicKey: [UInt8], sealed: WrappedDataKey, signsFrom: Timestamp
    ) {
        self.name = name
        self.publicKey = publicKey
        self.sealed = sealed
        self.signsFrom = signsFrom
    }
}

/// The key that a token was exchanged for, and which of its tokens are worthless.
package struct TokenSubject: Sendable {
    package let known: KnownKey
    /// How often tokens of the key were revoked: those of a lower generation are worthless.
    package let generation: Int64
}

extension TenancyStore {
    /// How many signing keys are read: those that still verify are the newest few.
    private static let signingKeysMax: Int64 = 16

    /// The signing keys, newest first, the name of the one that was added last, and the database's
    /// clock. A key that a later one had taken the place of stays retired when that is revoked.
    ///
    /// - Throws: `unavailable`.
    package func signingKeys() async throws(DomainError) -> (
        keys: [StoredSigningKey], added: String?, now: Timestamp
    ) {
        let rows = try await read(
            in: .platform,
            """
            SELECT c.now, a.added, k.* FROM (SELECT clock_timestamp() AS now) c
            LEFT JOIN LATERAL (
                SELECT l.kid AS added FROM token_signing_keys l
                ORDER BY l.created_at DESC LIMIT 1) a ON true
            LEFT JOIN LATERAL (
                SELECT * FROM token_signing_keys o
                WHERE o.revoked_at IS NULL AND NOT EXISTS (
                    SELECT FROM token_signing_keys s
                    WHERE s.signs_from > o.signs_from AND s.revoked_at >= s.signs_from
                        + \(TokenKeyPlan.afterMicroseconds) * interval '1 microsecond')
                ORDER BY o.signs_from DESC, o.created_at DESC LIMIT \(Self.signingKeysMax)
            ) k ON true
            """)
        guard let first = rows.first else { throw Self.emptyAnswer }
        var keys: [StoredSigningKey] = []
        for row in rows {
            // No key at all is one row with the clock alone.
            guard let name = try row.optional("kid", as: String.self) else { continue }
            keys.append(
                StoredSigningKey(
                    name: name,
                    publicKey: try row.value("public_key", as: [UInt8].self),
                    sealed: WrappedDataKey(
                        masterKey: try row.value("master_key"),
                        bytes: try row.value("sealed_key", as: [UInt8].self)),
                    signsFrom: try row.timestamp("signs_from")))
        }
        return (keys, try first.optional("added", as: String.self), try first.timestamp("now"))
    }

    /// Adds a signing key, unless another server was quicker.
    ///
    /// - Parameter added: the one that was added last, as far as the caller knows.
    /// - Returns: whether it was added.
    /// - Throws: `aborted`, `unavailable`.
    package func addSigningKey(
        _ key: StoredSigningKey, after added: String?, context: AuditContext
    ) async throws(DomainError) -> Bool {
        let rows = try await write(
            in: .platform, context: context,
            """
            SELECT add_token_signing_key(
                \(optional: added), \(key.name), \(PostgresBytes(key.publicKey)),
                \(key.sealed.masterKey), \(PostgresBytes(key.sealed.bytes)),
                \(PostgresTimestamp(microseconds: key.signsFrom.microseconds))) AS is_added
            """)
        changes.forget(.platform)
        guard let row = rows.first else { throw Self.emptyAnswer }
        return try row.value("is_added")
    }

    /// Ends a signing key for good. Ending one that has ended changes nothing.
    ///
    /// - Parameter validateOnly: Ends nothing, and answers nil for a key that works.
    /// - Returns: when it was ended.
    /// - Throws: `notFound`, `aborted`, `unavailable`.
    package func revokeSigningKey(
        _ revocation: SigningKeyRevocation, validateOnly: Bool, context: AuditContext
    ) async throws(DomainError) -> Timestamp? {
        let rows = try await write(
            in: .platform, context: context,
            """
            SELECT revoke_token_signing_key(
                \(revocation.keyName), \(revocation.reason), \(validateOnly)) AS revoked_at
            """)
        changes.forget(.platform)
        guard let row = rows.first else { throw .notFound("signing key") }
        return try row.optionalTimestamp("revoked_at")
    }

    /// The key of a tenant with this number, whether or not it works, with what was revoked of its
    /// tokens; nil when there is none. A change by this server shows at once, one by another within
    /// `ChangeFeed.trustTimeMax`.
    ///
    /// - Throws: `unavailable`.
    package func tokenSubject(
        of tenant: TenantID, keyID: Int64
    ) async throws(DomainError) -> TokenSubject? {
        try await tokenSubjects.value(keyID, of: tenant) { () async throws(DomainError) in
            try await readTokenSubject(of: tenant, keyID: keyID)
        }
    }

    private func readTokenSubject(
        of tenant: TenantID, keyID: Int64
    ) async throws(DomainError) -> TokenSubject? {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT \(unsafeSQL: Self.apiKeyColumns), t.tenant_code, t.status AS tenant_status,
                tenant_token_generation(k.tenant_id, k.key_id) AS generation
            FROM tenant_api_keys k JOIN tenants t ON t.id = k.tenant_id
            WHERE k.tenant_id = \(tenant.rawValue) AND k.key_id = \(keyID)
            """)
        guard let row = rows.first else { return nil }
        guard let code = TenantCode(try row.value("tenant_code")) else { throw Self.emptyAnswer }
        return TokenSubject(
            known: KnownKey(
                key: try row.apiKey(), tenant: tenant, tenantCode: code,
                tenantStatus: try row.named("tenant_status")),
            generation: try row.value("generation"))
    }
}
