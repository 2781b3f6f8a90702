/// One user's membership in one tenant, as it is stored.
package struct Member: Sendable, Hashable {
    package let userID: UserID
    package let membership: Membership
    package let email: String?
    /// Who invited the user, as the activity log names them; nil for a user who was added.
    package let invitedBy: String?
    package let invitedAt: Timestamp?
    package let joinedAt: Timestamp
    package let lastLoginAt: Timestamp?
    package let updatedAt: Timestamp
    package let version: Int64

    package init(
        userID: UserID, membership: Membership, email: String?, invitedBy: String?,
        invitedAt: Timestamp?, joinedAt: Timestamp, lastLoginAt: Timestamp?,
        updatedAt: Timestamp, version: Int64
    ) {
        self.userID = userID
        self.membership = membership
        self.email = email
        self.invitedBy = invitedBy
        self.invitedAt = invitedAt
        self.joinedAt = joinedAt
        self.lastLoginAt = lastLoginAt
        self.updatedAt = updatedAt
        self.version = version
    }
}
