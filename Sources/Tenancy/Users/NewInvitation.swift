/// Somebody who is to be invited.
package struct NewInvitation: Sendable, Hashable {
    package static let secondsRange: ClosedRange<Int64> = 60...2_592_000
    package static let secondsDefault: Int64 = 604_800
    /// How many invitations of one tenant may be open at once.
    package static let openMax: Int64 = 1_000

    package let email: String
    package let membership: Membership
    /// How long it can be accepted.
    package let validSeconds: Int64

    /// - Parameter role: nil for one that was not given, or that this version does not know.
    /// - Parameter validSeconds: 0 for the default.
    package init?(
        email: String, role: Role?, permissions: [String], validSeconds: Int64,
        violations: inout FieldViolations
    ) {
        violations.require(Syntax.isEmail(email), "email", NewMember.emailRule)
        let membership = Membership(
            role: role, permissions: permissions, violations: &violations)
        violations.require(
            validSeconds == 0 || Self.secondsRange.contains(validSeconds), "valid_seconds",
            "must be 60 to 2592000, or 0 for seven days")
        guard let membership else { return nil }
        self.email = email
        self.membership = membership
        self.validSeconds = validSeconds == 0 ? Self.secondsDefault : validSeconds
    }
}
