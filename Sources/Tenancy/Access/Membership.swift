/// A user's place in one tenant.
package struct Membership: Sendable, Hashable {
    package let role: Role
    /// Permissions beyond those of the role.
    package let permissions: Set<Permission>
    /// What was granted beside that, also what is over; empty where nobody asks for it.
    package let grants: [MemberGrant]

    package init(
        role: Role, permissions: Set<Permission> = [], grants: [MemberGrant] = []
    ) {
        self.role = role
        self.permissions = permissions
        self.grants = grants
    }
}
