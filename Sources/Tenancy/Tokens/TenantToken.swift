/// What a tenant token says: the claims of a JWT (RFC 7519) of the profile for access tokens (RFC
/// 9068). Every one of them is there in every token.
package struct TenantToken: Sendable, Hashable {
    /// The longest that a token may be good.
    package static let lifetimeSecondsMax: Int64 = 300
    /// How far clocks may be apart.
    package static let leewaySeconds: Int64 = 5
    package static let textBytesMax = 4_096
    /// The `typ` of a token's header (RFC 9068, section 2.1).
    package static let type = "at+jwt"

    package let issuer: String
    package let audience: String
    package let tenant: TenantID
    package let tenantCode: TenantCode
    /// The key that it was exchanged for.
    package let keyID: Int64
    package let permissions: Set<Permission>
    /// Seconds since 1970, as are the others.
    package let issuedAt: Int64
    package let notBefore: Int64
    package let expiresAt: Int64
    package let id: String
    /// How often tokens of the key had been revoked when it was issued: when they are revoked again
    /// it is worthless, whatever the clocks of servers say of before and after.
    package let generation: Int64

    package init(
        issuer: String, audience: String, tenant: TenantID, tenantCode: TenantCode, keyID: Int64,
        permissions: Set<Permission>, issuedAt: Int64, lifetimeSeconds: Int64, id: String,
        generation: Int64
    ) {
        precondition(
            1...Self.lifetimeSecondsMax ~= lifetimeSeconds, "a token is good for five minutes")
        self.issuer = issuer
        self.audience = audience
        self.tenant = tenant
        self.tenantCode = tenantCode
        self.keyID = keyID
        self.permissions = permissions
        self.issuedAt = issuedAt
        notBefore = issuedAt
        expiresAt = issuedAt + lifetimeSeconds
        self.id = id
        self.generation = generation
    }

    package var subject: String { "api_key:\(keyID)" }

    /// The names of the permissions, separated by spaces (RFC 6749, section 3.3).
    package var scope: String { Self.scope(of: permissions) }

    package static func scope(of permissions: Set<Permission>) -> String {
        permissions.sorted().map(\.rawValue).joined(separator: " ")
    }

    // MARK: - JSON

    /// The claims as JSON.
    package var json: String {
        let members = [
            ("iss", JSONText.string(issuer)), ("aud", JSONText.string(audience)),
            ("sub", JSONText.string(subject)), ("client_id", JSONText.string(String(keyID))),
            ("tenant_id", String(tenant.rawValue)),
            ("tenant", JSONText.string(tenantCode.text)), ("scope", JSONText.string(scope)),
            ("iat", String(issuedAt)), ("nbf", String(notBefore)), ("exp", String(expiresAt)),
            ("jti", JSONText.string(id)), ("gen", String(generation)),
        ]
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    /// Reads claims; nil unless every one of them is there, is of its kind, and fits the others.
    init?(json: String) {
        guard let claims = JSONClaims(json),
            let issuer = claims.text("iss"), let audience = claims.text("aud"),
            let subject = claims.text("sub"), let client = claims.text("client_id"),
            let number = claims.integer("tenant_id"), let tenant = TenantID(number),
            let code = claims.text("tenant"), let tenantCode = TenantCode(code),
            let scope = claims.text("scope"), let issuedAt = claims.integer("iat"),
            let notBefore = claims.integer("nbf"), let expiresAt = claims.integer("exp"),
            let id = claims.text("jti"), !id.isEmpty,
            let generation = claims.integer("gen"), generation >= 0,
            let keyID = Int64(client), keyID > 0, String(keyID) == client
        else { return nil }
        var permissions: Set<Permission> = []
        for name in scope.split(separator: " ") {
            guard let permission = Permission(rawValue: String(name)) else { return nil }
            permissions.insert(permission)
        }
        self.issuer = issuer
        self.audience = audience
        self.tenant = tenant
        self.tenantCode = tenantCode
        self.keyID = keyID
        self.permissions = permissions
        self.issuedAt = issuedAt
        self.notBefore = notBefore
        self.expiresAt = expiresAt
        self.id = id
        self.generation = generation
        guard self.subject == subject else { return nil }
    }
}
