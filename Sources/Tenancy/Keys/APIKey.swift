/// A key, as it is stored. The key itself is known to its holder alone.
package struct APIKey: Sendable, Hashable {
    package let id: Int64
    package let name: String
    /// The beginning of the key, for people to tell one from another.
    package let prefix: String
    package let scopes: KeyScopes
    /// Calls an hour.
    package let rateLimit: Int64
    /// Where it may be used from; empty for anywhere.
    package let addresses: [AddressRange]
    package let status: APIKeyStatus
    package let expiresAt: Timestamp?
    /// To the minute.
    package let lastUsedAt: Timestamp?
    /// Who made it, as the activity log names them.
    package let createdBy: String
    package let createdAt: Timestamp
    package let revokedAt: Timestamp?

    package init(
        id: Int64, name: String, prefix: String, scopes: KeyScopes, rateLimit: Int64,
        addresses: [AddressRange], status: APIKeyStatus, expiresAt: Timestamp?,
        lastUsedAt: Timestamp?, createdBy: String, createdAt: Timestamp, revokedAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.prefix = prefix
        self.scopes = scopes
        self.rateLimit = rateLimit
        self.addresses = addresses
        self.status = status
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

/// Whether a key works. The raw values are the database's.
package enum APIKeyStatus: String, Sendable, Hashable, CaseIterable {
    case active, revoked, expired
}
