/// What is to change of a membership.
package struct MemberUpdate: Sendable, Hashable {
    /// The fields that can be changed, by the interface's names.
    package static let fields: Set<String> = ["role", "permissions", "email"]

    package let userID: UserID
    package let expectedVersion: ExpectedVersion
    /// Nil leaves the role.
    package let role: Role?
    /// Nil leaves the permissions.
    package let permissions: Set<Permission>?
    package let email: FieldUpdate<String?>

    /// - Parameter mask: the fields that the request names; what else it holds is not looked at.
    /// - Parameter role: nil for one that was not given, or that this version does not know.
    package init?(
        userID: String, mask: [String], role: Role?, permissions: [String], email: String,
        expectedVersion: Int64, violations: inout FieldViolations
    ) {
        let id = UserID(userID)
        violations.require(id != nil, "user_id", UserID.rule)
        let mask = UpdateMask(mask, of: Self.fields, violations: &violations)
        if mask.names("role") {
            violations.require(role != nil, "role", Membership.roleRule)
            self.role = role
        } else {
            self.role = nil
        }
        self.permissions =
            mask.names("permissions")
            ? Permission.set(named: permissions, field: "permissions", violations: &violations)
            : nil
        if mask.names("email") {
            violations.require(
                email.isEmpty || Syntax.isEmail(email), "email", NewMember.emailRule)
            self.email = .set(email.isEmpty ? nil : email)
        } else {
            self.email = .keep
        }
        let version = ExpectedVersion(expectedVersion, violations: &violations)
        guard let id, let version else { return nil }
        self.userID = id
        self.expectedVersion = version
    }

    /// Whether a caller with these powers may change this member so: neither somebody above their
    /// own rank, nor into a rank or a permission that they do not have. What the member holds
    /// already is not given by this change, and may stay.
    ///
    /// - Throws: `permissionDenied`.
    package func check(_ powers: Powers, on member: Member) throws(DomainError) {
        try powers.checkRemoval(from: member.membership.role, permissions: [])
        try powers.checkGrant(
            of: role.flatMap { $0 > member.membership.role ? $0 : nil },
            permissions: (permissions ?? []).subtracting(member.membership.permissions))
    }

    /// The place after the change.
    package func membership(after present: Membership) -> Membership {
        Membership(
            role: role ?? present.role, permissions: permissions ?? present.permissions)
    }
}
