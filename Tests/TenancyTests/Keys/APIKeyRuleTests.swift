internal import Tenancy
internal import Testing

@Suite struct APIKeyRuleTests {
    static let second: Int64 = 1_000_000

    static func violated(
        name: String = "Production API", permissions: [String] = ["read"],
        rateLimit: UInt64 = 0, addresses: [String] = [], expiresAt: Timestamp? = nil
    ) -> [String] {
        var violations = FieldViolations()
        let key = NewAPIKey(
            name: name, permissions: permissions, rateLimit: rateLimit, addresses: addresses,
            expiresAt: expiresAt, violations: &violations)
        #expect((key == nil) == !violations.all.isEmpty)
        return violations.all.map(\.field)
    }

    @Test("Scopes are what they say")
    func scopes() {
        let read = KeyScopes(stored: ["read"]).permissions
        #expect(
            read == [
                .viewTenant, .viewUsers, .viewSubscription, .viewUsage, .viewConfiguration,
                .viewAnalytics,
            ])
        #expect(
            KeyScopes(stored: ["write"]).permissions
                == read.union([.consume, .manageConfiguration, .manageUsers]))
        #expect(KeyScopes(stored: ["verify_audit", "unheard_of"]).permissions == [.verifyAudit])
        // No scope is worth more than a user: a key does not make managers.
        #expect(Role.rank(of: KeyScopes(stored: ["read", "write"]).permissions) == .user)
    }

    @Test("A key that breaks rules hears of all of them")
    func rules() {
        #expect(Self.violated() == [])
        #expect(
            Self.violated(
                permissions: ["write", "read", "view_activity"], rateLimit: 5_000,
                addresses: ["52.73.145.32", "18.208.160.0/20"]) == [])
        #expect(
            Self.violated(
                name: "", permissions: [], rateLimit: 1_000_000_001, addresses: ["x"],
                expiresAt: Timestamp(microseconds: 0))
                == ["key_name", "permissions", "rate_limit", "allowed_ips", "expires_at"])
        #expect(Self.violated(permissions: ["admin"]) == ["permissions"])
        #expect(
            Self.violated(permissions: [String](repeating: "read", count: 65))
                == ["permissions"])
        #expect(
            Self.violated(addresses: [String](repeating: "192.0.2.1", count: 65))
                == ["allowed_ips"])
        #expect(Self.violated(expiresAt: Timestamp(microseconds: .max)) == ["expires_at"])
    }

    static func known(
        status: APIKeyStatus = .active, tenantStatus: TenantStatus = .active,
        addresses: [String] = [], expiresAt: Timestamp? = nil
    ) throws -> KnownKey {
        let now = Timestamp(microseconds: 0)
        return KnownKey(
            key: APIKey(
                id: 1, familyID: 1, name: "k", prefix: "vym_2_0123456789",
                scopes: KeyScopes(stored: ["read"]),
                rateLimit: 10, addresses: addresses.compactMap { AddressRange($0) },
                status: status, expiresAt: expiresAt, lastUsedAt: nil, createdBy: "x",
                createdAt: now, revokedAt: nil),
            tenant: try #require(TenantID(2)), tenantCode: try #require(TenantCode("axis")),
            tenantStatus: tenantStatus)
    }

    @Test("What refuses a key comes in one order")
    func refusals() throws {
        let now = Timestamp(microseconds: 100 * Self.second)
        let inside = IPAddress("192.0.2.1")
        let check = KeyCheck(permission: .consume, address: inside)
        #expect(check.refusal(of: try Self.known(), at: now) == .permissionMissing)
        #expect(
            KeyCheck(permission: .viewUsage).refusal(of: try Self.known(), at: now) == nil)
        let restricted = try Self.known(addresses: ["198.51.100.0/24"])
        #expect(check.refusal(of: restricted, at: now) == .addressNotAllowed)
        #expect(KeyCheck().refusal(of: restricted, at: now) == .addressNotAllowed)
        #expect(
            KeyCheck(address: IPAddress("198.51.100.7")).refusal(of: restricted, at: now) == nil)
        let suspended = try Self.known(tenantStatus: .suspended, addresses: ["::1"])
        #expect(check.refusal(of: suspended, at: now) == .tenantNotActive)
        #expect(
            KeyCheck(isTenantDecidedLater: true)
                .refusal(of: try Self.known(tenantStatus: .suspended), at: now) == nil)
        let expiring = try Self.known(tenantStatus: .suspended, expiresAt: now)
        #expect(check.refusal(of: expiring, at: now) == .expired)
        #expect(
            KeyCheck().refusal(
                of: try Self.known(expiresAt: now),
                at: Timestamp(microseconds: now.microseconds - 1)) == nil)
        #expect(check.refusal(of: try Self.known(status: .revoked), at: now) == .revoked)
        #expect(check.refusal(of: try Self.known(status: .expired), at: now) == .expired)
    }

    @Test("A check that breaks rules hears of all of them")
    func check() {
        var violations = FieldViolations()
        _ = KeyCheck(
            permission: "read", address: "here", cost: 1_000_001, violations: &violations)
        #expect(violations.all.map(\.field) == ["permission", "source_address", "cost"])
        violations = FieldViolations()
        #expect(KeyCheck(permission: "", address: "", cost: 0, violations: &violations).cost == 1)
        #expect(violations.all.isEmpty)
    }

    @Test("Uses are told to the minute, once each, and no more than so many")
    func uses() throws {
        var uses = KeyUses(keysMax: 1)
        let key = try Self.known()
        for second in [Int64(60), 61, 179, 125] {
            uses.note(key, at: Timestamp(microseconds: second * Self.second))
        }
        let taken = uses.take()
        #expect(taken == [KeyUse(tenant: key.tenant, keyID: 1, minute: 2)])
        #expect(uses.take().isEmpty)
    }

    @Test("A rate tells when to come again")
    func rate() {
        let rate = KeyRate(
            isAdmitted: false, used: 12, limit: 10, now: Timestamp(microseconds: 1),
            resetsAt: Timestamp(microseconds: 2 * Self.second))
        #expect(rate.remaining == 0 && rate.secondsToReset == 2)
    }
}
