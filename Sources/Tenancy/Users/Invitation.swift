/// An invitation, as it is stored. The token that accepts it is known to the invited alone.
package struct Invitation: Sendable, Hashable {
    package let id: Int64
    package let email: String
    package let membership: Membership
    /// Who invited, as the activity log names them.
    package let invitedBy: String
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    package init(
        id: Int64, email: String, membership: Membership, invitedBy: String,
        createdAt: Timestamp, expiresAt: Timestamp
    ) {
        self.id = id
        self.email = email
        self.membership = membership
        self.invitedBy = invitedBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
