/// What a member was given beyond their membership: a permission, or a role of the tenant's own.
package struct MemberGrant: Sendable, Hashable {
    /// Nil for a single permission.
    package let role: String?
    package let permissions: Set<Permission>
    /// Nil when never.
    package let expiresAt: Timestamp?

    package init(role: String?, permissions: Set<Permission>, expiresAt: Timestamp?) {
        self.role = role
        self.permissions = permissions
        self.expiresAt = expiresAt
    }

    package func isOver(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
}
