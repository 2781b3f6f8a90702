/// What has to be known of a tenant before anything is done with it.
package struct TenantStanding: Sendable, Hashable {
    package let id: TenantID
    package let status: TenantStatus
    /// The place of the user who was asked about; nil when that is none, or nobody was.
    package let membership: Membership?

    package init(id: TenantID, status: TenantStatus, membership: Membership?) {
        self.id = id
        self.status = status
        self.membership = membership
    }
}
