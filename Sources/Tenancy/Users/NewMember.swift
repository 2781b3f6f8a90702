/// A user who is to become a member of a tenant.
package struct NewMember: Sendable, Hashable {
    package let userID: UserID
    package let membership: Membership
    package let email: String?

    /// - Parameter role: nil for one that was not given, or that this version does not know.
    /// - Parameter email: empty for none.
    package init?(
        userID: String, role: Role?, permissions: [String], email: String,
        violations: inout FieldViolations
    ) {
        let id = UserID(userID)
        violations.require(id != nil, "user_id", UserID.rule)
        let membership = Membership(
            role: role, permissions: permissions, violations: &violations)
        violations.require(email.isEmpty || Syntax.isEmail(email), "email", Self.emailRule)
        guard let id, let membership else { return nil }
        self.userID = id
        self.membership = membership
        self.email = email.isEmpty ? nil : email
    }

    package init(userID: UserID, membership: Membership, email: String?) {
        self.userID = userID
        self.membership = membership
        self.email = email
    }

    package static let emailRule = "must be an e-mail address"
}

extension Membership {
    package static let roleRule = "must be admin, manager, user or viewer"

    /// The place that a request describes, in its fields `role` and `permissions`.
    package init?(role: Role?, permissions: [String], violations: inout FieldViolations) {
        violations.require(role != nil, "role", Self.roleRule)
        let permissions = Permission.set(
            named: permissions, field: "permissions", violations: &violations)
        guard let role else { return nil }
        self.init(role: role, permissions: permissions)
    }
}
