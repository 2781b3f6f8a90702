internal import OpenSSL
internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.TokenService` on the domain.
struct TokenService: TokenServiceHandler {
    let access: TenantAccess
    let store: TenancyStore
    let apiKeys: KeyVerifier
    let tokens: Tokens

    func exchangeApiKey(
        _ request: ExchangeApiKeyRequest, context: ServerContext
    ) async throws -> ExchangeApiKeyResponse {
        let caller = try await access.platform(context, .exchangeApiKey)
        var violations = FieldViolations()
        violations.require(
            1...KeyCheck.textBytesMax ~= request.apiKey.utf8.count, "api_key",
            "must be 1 to \(KeyCheck.textBytesMax) bytes")
        let audience = audience(request.audience, &violations)
        let permissions = Permission.set(
            named: request.permissions, field: "permissions", violations: &violations)
        violations.require(
            0...TenantToken.lifetimeSecondsMax ~= request.lifetimeSeconds, "lifetime_seconds",
            "must be at most \(TenantToken.lifetimeSecondsMax)")
        // Who passes on somebody else's key does not say by their own address where it came from.
        let passedOnBy = caller.principal.nameOfPlatform
        var address = passedOnBy == nil ? caller.address : nil
        if !request.sourceAddress.isEmpty {
            violations.require(
                passedOnBy != nil, "source_address",
                "must be empty: a caller who is not a service calls for itself")
            address = request.sourceAddress
        }
        let source = address.flatMap { IPAddress($0) }
        violations.require(
            address == nil || source != nil, "source_address",
            "must be an IPv4 or IPv6 address")
        try violations.check()
        // One that is not active is told so once the key is known to be good.
        let check = KeyCheck(address: source, isTenantDecidedLater: true)
        let known = try await admitted(
            request.apiKey, check,
            passedOnBy.map {
                .init(request.apiKey, passedOnBy: $0, from: request.sourceAddress)
            } ?? .init(request.apiKey, from: caller.address))
        guard known.tenantStatus == .active else {
            throw DomainError.tenantNotActive(known.tenantStatus)
        }
        let (text, token) = try await tokens.issue(
            for: known, audience: audience, permissions: permissions,
            lifetimeSeconds: request.lifetimeSeconds == 0
                ? TenantToken.lifetimeSecondsMax : request.lifetimeSeconds)
        return ExchangeApiKeyResponse(
            success: true, accessToken: text, tokenType: "Bearer",
            expiresInSeconds: token.expiresAt - token.issuedAt, scope: token.scope,
            expiresAt: .init(microsecondsSince1970: token.expiresAt * 1_000_000))
    }

    private func admitted(
        _ text: String, _ check: KeyCheck, _ attempt: AuthenticationFailures.Attempt
    ) async throws(DomainError) -> KnownKey {
        try access.failures.check(attempt)
        let verdict = try await apiKeys.verify(text, check)
        access.failures.note(attempt, .apiKey, isKnown: verdict.known != nil)
        do throws(DomainError) {
            return try KeyVerifier.admitted(verdict)
        } catch {
            if verdict.known != nil, error.isUnauthenticated {
                access.failures.refused(attempt, .apiKey)
            }
            throw error
        }
    }

    func getKeySet(
        _ request: GetKeySetRequest, context: ServerContext
    ) async throws -> GetKeySetResponse {
        _ = try await access.platform(context, .getKeySet)
        let published = try await tokens.keys.published()
        let keys = published.map { (name: $0.plan.name, key: JSONWebKey($0.publicKey)) }
        return GetKeySetResponse(
            keys: keys.map {
                JsonWebKey(
                    kty: "OKP", crv: "Ed25519", x: $0.key.x, kid: $0.name, use: "sig",
                    alg: SignedToken.algorithm)
            },
            json: #"{"keys":["# + keys.map { $0.key.json(name: $0.name) }.joined(separator: ",")
                + "]}",
            issuer: tokens.rules.issuer)
    }

    func introspect(
        _ request: IntrospectRequest, context: ServerContext
    ) async throws -> IntrospectResponse {
        let caller = try await access.platform(context, .introspect)
        var violations = FieldViolations()
        violations.require(
            1...TenantToken.textBytesMax ~= request.token.utf8.count, "token",
            "must be 1 to \(TenantToken.textBytesMax) bytes")
        let audience = audience(request.audience, &violations)
        let check = KeyCheck(
            permission: "", address: request.sourceAddress, cost: 0, violations: &violations)
        try violations.check()
        let attempt = AuthenticationFailures.Attempt(
            request.token, passedOnBy: caller.principal.auditName, from: request.sourceAddress)
        try access.failures.check(attempt)
        let verdict = try await tokens.verify(request.token, audience: audience, check: check)
        access.failures.note(attempt, .token, isKnown: verdict.isKnown)
        guard case .good(let verified) = verdict else { return IntrospectResponse() }
        let token = verified.token
        return IntrospectResponse(
            active: true, scope: TenantToken.scope(of: verified.permissions),
            clientId: String(token.keyID), tokenType: "Bearer", exp: token.expiresAt,
            iat: token.issuedAt, nbf: token.notBefore, sub: token.subject, aud: token.audience,
            iss: token.issuer, jti: token.id, tenantId: token.tenant.rawValue,
            tenantCode: token.tenantCode.text)
    }

    func revokeTokens(
        _ request: RevokeTokensRequest, context: ServerContext
    ) async throws -> RevokeTokensResponse {
        let answer = try await access.change(.revokeTokens, request, context) {
            request, violations in
            violations.require(request.keyId >= 0, "key_id", "must not be negative")
            return request.keyId
        } _: { change, _, keyID in
            let before = try await change.revokeTokens(ofKey: keyID == 0 ? nil : keyID)
            return RevokeTokensResponse(
                success: true, revokedBefore: .init(microsecondsSince1970: before.microseconds))
        }
        if !request.validateOnly { try await store.waitUntilSeenEverywhere() }
        return answer
    }

    func revokeSigningKey(
        _ request: RevokeSigningKeyRequest, context: ServerContext
    ) async throws -> RevokeSigningKeyResponse {
        let caller = try await access.platform(context, .revokeSigningKey)
        let revocation = try SigningKeyRevocation(keyName: request.keyId, reason: request.reason)
        let revokedAt = try await store.revokeSigningKey(
            revocation, validateOnly: request.validateOnly, context: caller.auditContext)
        var answer = RevokeSigningKeyResponse(
            success: true,
            revokedAt: revokedAt.map { .init(microsecondsSince1970: $0.microseconds) })
        guard !request.validateOnly else { return answer }
        answer.signingKeyId = await tokens.keys.successor(
            to: revocation.keyName, revokedBy: caller.principal.auditName)
        try await store.waitUntilSeenEverywhere()
        return answer
    }

    private func audience(_ text: String, _ violations: inout FieldViolations) -> String {
        guard !text.isEmpty else { return tokens.rules.ownAudience }
        violations.require(
            tokens.rules.audiences.contains(text), "audience",
            "must be one that this service issues for")
        return text
    }
}

extension RevokeTokensRequest: ChangeRequest {}
