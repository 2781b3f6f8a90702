/// A user's place in one tenant.
package struct Membership: Sendable, Hashable {
    package let role: Role
    /// Permissions beyond those of the role.
    package let permissions: Set<Permission>

    package init(role: Role, permissions: Set<Permission> = []) {
        self.role = role
        self.permissions = permissions
    }
}
