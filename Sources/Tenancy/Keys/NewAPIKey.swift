/// A key that is to be made.
package struct NewAPIKey: Sendable, Hashable {
    package static let nameLengthMax = 100
    package static let rateLimitDefault: Int64 = 1_000
    package static let rateLimitMax: UInt64 = 1_000_000_000
    package static let addressesMax = 64
    /// How many keys of one tenant may work at once.
    package static let activeMax: Int64 = 1_000
    package static let expiryRule = "must be in the future, and before the year 10000"
    /// The beginning of the year 10000.
    private static let expiryEnd = Timestamp(microseconds: 253_402_300_800_000_000)

    package let name: String
    package let scopes: KeyScopes
    /// Calls an hour.
    package let rateLimit: Int64
    package let addresses: [AddressRange]
    /// Nil when never. That it is in the future is for the database's clock to say.
    package let expiresAt: Timestamp?

    /// - Parameter rateLimit: 0 for the default.
    package init?(
        name: String, permissions: [String], rateLimit: UInt64, addresses: [String],
        expiresAt: Timestamp?, violations: inout FieldViolations
    ) {
        violations.require(
            Syntax.isText(name, lengthMax: Self.nameLengthMax), "key_name",
            "must be 1 to \(Self.nameLengthMax) characters without control characters")
        let scopes = KeyScopes(permissions, field: "permissions", violations: &violations)
        violations.require(
            rateLimit <= Self.rateLimitMax, "rate_limit", "must be at most \(Self.rateLimitMax)")
        let ranges = addresses.prefix(Self.addressesMax + 1).compactMap { AddressRange($0) }
        violations.require(
            addresses.count <= Self.addressesMax, "allowed_ips",
            "must be at most \(Self.addressesMax)")
        violations.require(
            ranges.count == min(addresses.count, Self.addressesMax + 1), "allowed_ips",
            AddressRange.rule)
        violations.require(Self.isExpiry(expiresAt), "expires_at", Self.expiryRule)
        guard violations.all.isEmpty, let scopes else { return nil }
        self.name = name
        self.scopes = scopes
        self.rateLimit = rateLimit == 0 ? Self.rateLimitDefault : Int64(rateLimit)
        self.addresses = ranges
        self.expiresAt = expiresAt
    }

    /// Whether it can be the end of something: a moment that has a date, or none.
    package static func isExpiry(_ moment: Timestamp?) -> Bool {
        moment.map { $0.microseconds > 0 && $0 < expiryEnd } ?? true
    }
}
