/// One institution on the platform, as stored.
package struct Tenant: Sendable, Hashable {
    package var id: TenantID
    package var profile: TenantProfile
    /// Grows by one with every change.
    package var version: Int64
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: TenantID, profile: TenantProfile, version: Int64, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.profile = profile
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
