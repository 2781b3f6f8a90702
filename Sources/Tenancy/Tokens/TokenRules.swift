/// Which tokens are good at all, apart from their signature and their key.
package struct TokenRules: Sendable, Hashable {
    /// Who issues: `iss`.
    package let issuer: String
    /// Who may be meant: `aud`. The first is this service itself.
    package let audiences: [String]

    package init(issuer: String, audiences: [String]) {
        precondition(!audiences.isEmpty, "a token is for somebody")
        self.issuer = issuer
        self.audiences = audiences
    }

    package var ownAudience: String { audiences[0] }

    /// Why a token is refused whose signature is good; nil when it is not.
    ///
    /// - Parameter audience: Who asks.
    package func refusal(
        of token: TenantToken, for audience: String, at now: Timestamp
    ) -> TokenRefusal? {
        let seconds = now.microseconds / 1_000_000
        let leeway = TenantToken.leewaySeconds
        guard token.issuer == issuer else { return .otherIssuer }
        guard token.audience == audience else { return .otherAudience }
        // A lifetime that we do not give out is not ours, whoever signed it.
        let lifetime = token.expiresAt.subtractingReportingOverflow(token.issuedAt)
        guard !lifetime.overflow, 1...TenantToken.lifetimeSecondsMax ~= lifetime.partialValue,
            token.notBefore >= token.issuedAt
        else { return .lifetime }
        guard token.notBefore <= seconds + leeway, token.issuedAt <= seconds + leeway else {
            return .notYetValid
        }
        guard token.expiresAt > seconds - leeway else { return .expired }
        return nil
    }
}

/// Why a token is refused, as a word of a closed set. Callers are not told.
package enum TokenRefusal: String, Error, Sendable, Hashable {
    case malformed
    case unknownKey = "unknown_signing_key"
    case signature
    case claims
    case otherIssuer = "other_issuer"
    case otherAudience = "other_audience"
    case lifetime
    case notYetValid = "not_yet_valid"
    case expired
    case unknownTenantKey = "unknown_api_key"
    case otherTenant = "other_tenant"
    case revoked
    case key = "api_key_refused"

    /// Whether it is not known that this service has signed the token.
    package var isOfAnotherMake: Bool {
        switch self {
        case .malformed, .unknownKey, .signature: true
        case .claims, .otherIssuer, .otherAudience, .lifetime, .notYetValid, .expired,
            .unknownTenantKey, .otherTenant, .revoked, .key:
            false
        }
    }
}
