internal import Postgres
package import Tenancy

extension TenancyStore {
    /// The columns that `Row.apiKey` reads.
    static let apiKeyColumns = """
        k.*, \(presentStatus) AS present_status
        """

    private static let presentStatus =
        "tenant_api_key_status(k.status, k.expires_at, k.superseded_at, clock_timestamp())"

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
                    \(unsafeSQL: Self.presentStatus) = \(optional: list.status?.rawValue))
            ORDER BY k.key_id LIMIT \(Int64(list.pageSize.entries + 1))
            """)
        var keys: [APIKey] = []
        for row in rows.prefix(list.pageSize.entries) { keys.append(try row.apiKey()) }
        guard rows.count > keys.count, let last = keys.last else {
            return APIKeyPage(keys: keys, nextPageToken: "")
        }
        return APIKeyPage(keys: keys, nextPageToken: list.nextPageToken(after: last.id))
    }

    /// The key of a tenant with one of these hashes, whether or not it works; nil when there is
    /// none, which is not remembered: inventions must not fill the memory, or push out what is in
    /// use. A change by this server shows at once, one by another within `ChangeFeed.trustTimeMax`.
    ///
    /// The hash that is found is answered, for the caller to compare in constant time: an index
    /// does not.
    ///
    /// - Parameter digest: The SHA-256 of the key, by which it is remembered.
    /// - Parameter hashes: What the key may be stored as.
    /// - Throws: what `hashes` throws, `unavailable`.
    package func apiKey(
        of tenant: TenantID, digest: CredentialDigest,
        storedAs hashes: () throws(DomainError) -> [[UInt8]]
    ) async throws(DomainError) -> StoredKey? {
        if let known = knownAPIKey(of: tenant, digest: digest) { return known }
        let reading = apiKeys.beginReading()
        guard let key = try await readAPIKey(of: tenant, hashes: try hashes()) else { return nil }
        apiKeys.keep(key, for: digest, of: tenant, read: reading, cost: key.memoryBytes)
        return key
    }

    /// The same from memory; nil when the database has to be asked.
    package func knownAPIKey(of tenant: TenantID, digest: CredentialDigest) -> StoredKey? {
        apiKeys.value(digest, of: tenant)
    }

    private func readAPIKey(
        of tenant: TenantID, hashes: [[UInt8]]
    ) async throws(DomainError) -> StoredKey? {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT \(unsafeSQL: Self.apiKeyColumns), t.tenant_code, t.status AS tenant_status
            FROM tenant_api_keys k JOIN tenants t ON t.id = k.tenant_id
            WHERE k.tenant_id = \(tenant.rawValue) AND k.api_key_hash = ANY (ARRAY(
                SELECT decode(h, 'hex') FROM unnest(\(PostgresArray(hashes.map(\.hex)))) AS h))
            """)
        guard let row = rows.first else { return nil }
        return StoredKey(
            known: try row.knownKey(of: tenant), hash: try row.value("api_key_hash"),
            hashVersion: try row.value("hash_version"))
    }

    /// Replaces the hashes of keys by better ones, for many at once.
    ///
    /// - Parameter version: What the new hashes are made with.
    /// - Throws: `unavailable`, `aborted`.
    package func replaceKeyHashes(
        _ replacements: [HashReplacement], version: Int32, context: AuditContext
    ) async throws(DomainError) {
        guard !replacements.isEmpty else { return }
        _ = try await write(
            in: .platform, context: context,
            """
            SELECT replace_api_key_hashes(
                \(PostgresArray(replacements.map(\.tenant.rawValue))),
                \(PostgresArray(replacements.map(\.keyID))),
                \(PostgresArray(replacements.map(\.old.hex))), \(version),
                \(PostgresArray(replacements.map(\.new.hex))))
            """)
        // What is remembered has the old hashes, and would have them replaced again and again.
        for tenant in Set(replacements.map(\.tenant)) { changes.forget(tenant) }
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

/// A key, and what it is stored as. An object, since it is handed out with every call of the key.
package final class StoredKey: Sendable {
    package let known: KnownKey
    package let hash: [UInt8]
    /// What the hash is made with: 0 for nothing but the key.
    package let hashVersion: Int32

    init(known: KnownKey, hash: [UInt8], hashVersion: Int32) {
        self.known = known
        self.hash = hash
        self.hashVersion = hashVersion
    }

    /// About what it takes to remember it, together with its place in the cache.
    var memoryBytes: Int {
        let key = known.key
        let texts = [key.name, key.prefix, key.createdBy] + key.scopes.names
        return 1_024 + texts.reduce(0) { $0 + 32 + $1.utf8.count }
            + key.addresses.reduce(0) { $0 + 96 + $1.text.utf8.count }
    }
}

/// A hash of a key that is to take the place of another.
package struct HashReplacement: Sendable {
    package let tenant: TenantID
    package let keyID: Int64
    package let old: [UInt8]
    package let new: [UInt8]

    package init(tenant: TenantID, keyID: Int64, old: [UInt8], new: [UInt8]) {
        self.tenant = tenant
        self.keyID = keyID
        self.old = old
        self.new = new
    }
}

extension [UInt8] {
    /// In hexadecimal digits.
    var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
