internal import OpenSSL
internal import Tenancy
internal import TenancyStore

/// Gives out tenant tokens for API keys, and lets them through.
final class Tokens: Sendable {
    let rules: TokenRules
    let keys: TokenKeys
    private let apiKeys: KeyVerifier
    private let store: TenancyStore

    init(rules: TokenRules, keys: TokenKeys, apiKeys: KeyVerifier, store: TenancyStore) {
        self.rules = rules
        self.keys = keys
        self.apiKeys = apiKeys
        self.store = store
    }

    /// A token that is good, with the key that it is of.
    struct Verified: Sendable {
        let token: TenantToken
        /// The name of the key that has signed it.
        let signingKey: String
        let known: KnownKey

        /// What the token is worth: never more than its key is by now.
        var permissions: Set<Permission> {
            token.permissions.intersection(known.key.scopes.permissions)
        }

        /// Who calls with it.
        var principal: Principal {
            .apiKey(
                known.tenant, keyID: known.key.id, permissions: permissions,
                terms: KeyTerms(
                    known.key, tokenGeneration: token.generation, signingKey: signingKey))
        }
    }

    /// A token for a key that was let through.
    ///
    /// - Parameter permissions: What it is to be good for; everything that the key allows when
    ///   empty.
    /// - Throws: `permissionDenied`, `failedPrecondition`, `unauthenticated` for a key that is
    ///   gone, `unavailable`.
    func issue(
        for known: KnownKey, audience: String, permissions: Set<Permission>,
        lifetimeSeconds: Int64
    ) async throws(DomainError) -> (text: String, token: TenantToken) {
        let held = known.key.scopes.permissions
        if let missing = permissions.subtracting(held).sorted().first {
            throw DomainError(
                .permissionDenied,
                message: "the key does not hold the permission \(missing.rawValue)")
        }
        guard
            let subject = try await store.tokenSubject(of: known.tenant, keyID: known.key.id)
        else { throw Authority.Denial.unauthenticated.error }
        let now = WallClock.now().microseconds / 1_000_000
        let signer = try await keys.signer()
        do throws(OpenSSLError) {
            let token = TenantToken(
                issuer: rules.issuer, audience: audience, tenant: known.tenant,
                tenantCode: known.tenantCode, keyID: known.key.id,
                permissions: permissions.isEmpty ? held : permissions,
                issuedAt: now, lifetimeSeconds: lifetimeSeconds,
                id: SignedToken.base64URL(try SecureRandom.bytes(count: 16)),
                generation: subject.generation)
            let text = try SignedToken.text(token, keyName: signer.name) {
                (bytes) throws(OpenSSLError) in try signer.key.sign(bytes)
            }
            return (text, token)
        } catch {
            throw DomainError(.internalFailure, message: "a token could not be signed")
        }
    }

    /// What became of a token that was presented.
    enum Verdict: Sendable {
        case good(Verified)
        case refused(TokenRefusal)

        /// Whether this service has signed the token: then it is no guess, whatever refuses it.
        var isKnown: Bool {
            if case .refused(let refusal) = self { !refusal.isOfAnotherMake } else { true }
        }
    }

    /// Whether a token is good for an audience, apart from what its key may cost.
    ///
    /// - Throws: `unavailable`.
    func verify(
        _ text: String, audience: String, check: KeyCheck
    ) async throws(DomainError) -> Verdict {
        guard let signed = SignedToken(text) else { return .refused(.malformed) }
        guard let key = try await keys.verifier(signed.keyName) else {
            return .refused(.unknownKey)
        }
        guard try Self.isSigned(signed, by: key) else { return .refused(.signature) }
        guard let token = signed.token else { return .refused(.claims) }
        let now = WallClock.now()
        if let refusal = rules.refusal(of: token, for: audience, at: now) {
            return .refused(refusal)
        }
        guard let subject = try await store.tokenSubject(of: token.tenant, keyID: token.keyID)
        else { return .refused(.unknownTenantKey) }
        guard subject.known.tenantCode == token.tenantCode else { return .refused(.otherTenant) }
        guard token.generation >= subject.generation else { return .refused(.revoked) }
        guard check.refusal(of: subject.known, at: now) == nil else { return .refused(.key) }
        return .good(
            Verified(token: token, signingKey: signed.keyName, known: subject.known))
    }

    private static func isSigned(
        _ signed: SignedToken, by key: VerifyingKey
    ) throws(DomainError) -> Bool {
        do throws(OpenSSLError) {
            return try key.isValid(signed.signature, for: signed.signedBytes)
        } catch {
            throw DomainError(.internalFailure, message: "a token could not be verified")
        }
    }
}
