/// A key, as it is stored. The key itself is known to its holder alone.
package struct APIKey: Sendable, Hashable {
    package let id: Int64
    /// The number of the first key of its family: the keys that came from it by rotation, which
    /// share one hour.
    package let familyID: Int64
    package let name: String
    /// The beginning of the key, for people to tell one from another.
    package let prefix: String
    package let scopes: KeyScopes
    /// Calls an hour.
    package let rateLimit: Int64
    /// Where it may be used from; empty for anywhere.
    package let addresses: [AddressRange]
    /// As it was when the key was read; `status(at:)` says what time makes of it.
    package let status: APIKeyStatus
    package let expiresAt: Timestamp?
    /// The key that takes this one's place; nil before it was rotated.
    package let successor: Successor?
    /// To the minute.
    package let lastUsedAt: Timestamp?
    /// Who made it, as the activity log names them.
    package let createdBy: String
    package let createdAt: Timestamp
    package let revokedAt: Timestamp?

    package struct Successor: Sendable, Hashable {
        package let id: Int64
        /// Until when the key that it succeeds works beside it.
        package let takesOverAt: Timestamp

        package init(id: Int64, takesOverAt: Timestamp) {
            self.id = id
            self.takesOverAt = takesOverAt
        }
    }

    package init(
        id: Int64, familyID: Int64, name: String, prefix: String, scopes: KeyScopes,
        rateLimit: Int64,
        addresses: [AddressRange], status: APIKeyStatus, expiresAt: Timestamp?,
        successor: Successor? = nil, lastUsedAt: Timestamp?, createdBy: String,
        createdAt: Timestamp, revokedAt: Timestamp?
    ) {
        self.id = id
        self.familyID = familyID
        self.name = name
        self.prefix = prefix
        self.scopes = scopes
        self.rateLimit = rateLimit
        self.addresses = addresses
        self.status = status
        self.expiresAt = expiresAt
        self.successor = successor
        self.lastUsedAt = lastUsedAt
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }

    /// Whether the key works at a moment. Of what ended it, the first counts.
    package func status(at now: Timestamp) -> APIKeyStatus {
        guard status == .active else { return status }
        let takesOverAt = successor?.takesOverAt
        let isExpired = expiresAt.map { $0 <= now } ?? false
        guard let takesOverAt, takesOverAt <= now else { return isExpired ? .expired : .active }
        return expiresAt.map { $0 < takesOverAt } ?? false ? .expired : .superseded
    }
}

/// Whether a key works. The raw values are the database's.
package enum APIKeyStatus: String, Sendable, Hashable, CaseIterable {
    case active, revoked, expired, superseded
}
