internal import Postgres
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite("Keys that a server remembers") struct RememberedKeyTests {
    /// Makes a key past the server, under a number that is also its hash.
    private static func make(_ number: UInt8, in fixture: StoreFixture) async throws {
        _ = try await fixture.superuser.query(
            .once(
                unsafeSQL: """
                    WITH id AS (INSERT INTO api_key_ids VALUES (\(number), 2) RETURNING *)
                    INSERT INTO tenant_api_keys (
                        tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions,
                        created_by)
                    SELECT tenant_id, key_id, 'k', 'vym_2_0123456789',
                        decode(repeat('0\(number)', 32), 'hex'), '{read}', 'x' FROM id
                    """))
    }

    private static func hash(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }
    private static func digest(_ number: UInt8) -> CredentialDigest {
        hash(number).withUnsafeBytes { CredentialDigest($0) }
    }

    /// The status of a key, and whether that was known without the database.
    private static func status(
        _ number: UInt8, _ store: TenancyStore
    ) async throws -> (status: APIKeyStatus?, wasKnown: Bool) {
        let tenant = try #require(TenantID(2))
        var wasKnown = true
        let key = try await store.apiKey(of: tenant, digest: digest(number)) {
            wasKnown = false
            return [hash(number)]
        }
        return (key?.known.key.status, wasKnown)
    }

    /// Until the look and the reading fall within the second that is trusted.
    private static func warm(_ number: UInt8, _ store: TenancyStore) async throws {
        repeat { try await store.lookAtChanges() } while try await !status(number, store).wasKnown
    }

    @Test("are what they were until a look shows a change, and then not for one call longer")
    func changed() async throws {
        try await StoreFixture.with { fixture in
            _ = try await fixture.createTenant("keys")
            try await Self.make(1, in: fixture)
            try await Self.warm(1, fixture.store)
            let changes = [
                "UPDATE tenant_api_keys SET superseded_by = key_id + 1, superseded_at = now()",
                """
                UPDATE tenant_api_keys SET status = 'revoked', revoked_at = now()
                WHERE key_id = 1
                """,
            ]
            try await Self.make(2, in: fixture)
            try await fixture.store.lookAtChanges()
            _ = try await fixture.superuser.query(
                .once(unsafeSQL: changes[0] + " WHERE key_id = 1"))
            try await fixture.store.lookAtChanges()
            #expect(try await Self.status(1, fixture.store) == (.superseded, false))
            _ = try await fixture.superuser.query(.once(unsafeSQL: changes[1]))
            try await fixture.store.lookAtChanges()
            #expect(try await Self.status(1, fixture.store) == (.revoked, false))
        }
    }

    @Test("stay known while they are merely used, or stored under another hash")
    func used() async throws {
        try await StoreFixture.with { fixture in
            _ = try await fixture.createTenant("keys")
            try await Self.make(1, in: fixture)
            try await Self.warm(1, fixture.store)
            _ = try await fixture.superuser.query(
                """
                UPDATE tenant_api_keys SET last_used_at = now(), hash_version = 1,
                    api_key_hash = decode(repeat('02', 32), 'hex')
                """)
            // Another look may find that the last one is too long ago on a busy machine.
            var known = false
            for _ in 0..<20 where !known {
                try await fixture.store.lookAtChanges()
                known = fixture.store.apiKeys.value(Self.digest(1), of: TenantID(2)!) != nil
            }
            #expect(known)
        }
    }

    @Test("that are not there are asked for each time, and take no memory")
    func unknown() async throws {
        try await StoreFixture.with { fixture in
            _ = try await fixture.createTenant("keys")
            try await fixture.store.lookAtChanges()
            for _ in 0..<3 {
                #expect(try await Self.status(9, fixture.store) == (nil, false))
            }
            try await Self.make(9, in: fixture)
            #expect(try await Self.status(9, fixture.store).status == .active)
        }
    }

    @Test("take memory by what they are")
    func cost() throws {
        func bytes(_ addresses: [String], _ scopes: [String]) throws -> Int {
            let now = Timestamp(microseconds: 0)
            let key = APIKey(
                id: 1, familyID: 1, name: "k", prefix: "vym_2_0123456789",
                scopes: KeyScopes(stored: scopes), rateLimit: 1,
                addresses: addresses.compactMap { AddressRange($0) }, status: .active,
                expiresAt: nil, lastUsedAt: nil, createdBy: "x", createdAt: now, revokedAt: nil)
            return StoredKey(
                known: KnownKey(
                    key: key, tenant: try #require(TenantID(2)),
                    tenantCode: try #require(TenantCode("axis")), tenantStatus: .active),
                hash: Self.hash(1), hashVersion: 0
            ).memoryBytes
        }
        let small = try bytes([], ["read"])
        let large = try bytes(
            [String](repeating: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", count: 64),
            [String](repeating: "view_sensitive_config", count: 64))
        #expect(small > 1_000 && large > small + 64 * 100)
        #expect(large * 1_000 < TenancyStore.apiKeysBytesMax)
    }
}
