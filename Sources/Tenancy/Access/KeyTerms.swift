/// The key that a change is made with, or a token of it, to be confirmed when it is made.
package struct CallingKey: Sendable, Hashable {
    package let id: Int64
    /// As in `KeyTerms`.
    package let tokenGeneration: Int64?
    package let signingKey: String?

    /// Nil for a caller who calls with no key.
    package init?(_ principal: Principal) {
        guard case .apiKey(_, let id, _, let terms) = principal else { return nil }
        self.id = id
        tokenGeneration = terms.tokenGeneration
        signingKey = terms.signingKey
    }
}

/// What a program is bound to by the key that it calls with, and so everything that it gives to
/// others: nobody gives more than they are.
package struct KeyTerms: Sendable, Hashable {
    /// When the key ends; nil when never.
    package let expiresAt: Timestamp?
    /// Where it may be used from; empty for anywhere.
    package let addresses: [AddressRange]
    /// Calls an hour.
    package let rateLimit: Int64
    /// How often tokens of the key had been revoked when the one was issued that was shown; nil
    /// when the key itself was.
    package let tokenGeneration: Int64?
    /// The name of the key that has signed the token that was shown; nil when the key itself was.
    package let signingKey: String?

    package init(
        expiresAt: Timestamp?, addresses: [AddressRange], rateLimit: Int64,
        tokenGeneration: Int64? = nil, signingKey: String? = nil
    ) {
        self.expiresAt = expiresAt
        self.addresses = addresses
        self.rateLimit = rateLimit
        self.tokenGeneration = tokenGeneration
        self.signingKey = signingKey
    }

    /// Of a key, or of a token of it: a token proves a key for some minutes, and what it gives may
    /// last for as long as what the key gives.
    package init(_ key: APIKey, tokenGeneration: Int64? = nil, signingKey: String? = nil) {
        self.init(
            expiresAt: key.expiresAt, addresses: key.addresses, rateLimit: key.rateLimit,
            tokenGeneration: tokenGeneration, signingKey: signingKey)
    }

    /// Whether the key lives until then.
    ///
    /// - Parameter end: nil for good.
    package func lasts(until end: Timestamp?) -> Bool {
        guard let expiresAt else { return true }
        return end.map { $0 <= expiresAt } ?? false
    }

    /// Whether the key may be used from everywhere in these networks.
    ///
    /// - Parameter ranges: empty for anywhere.
    package func covers(_ ranges: [AddressRange]) -> Bool {
        guard !addresses.isEmpty else { return true }
        return !ranges.isEmpty
            && ranges.allSatisfy { range in addresses.contains { $0.contains(range) } }
    }
}
