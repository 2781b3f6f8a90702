/// Whose membership is to end.
package struct MemberRemoval: Sendable, Hashable {
    package let userID: UserID
    package let expectedVersion: ExpectedVersion

    package init?(
        userID: String, expectedVersion: Int64, violations: inout FieldViolations
    ) {
        let id = UserID(userID)
        violations.require(id != nil, "user_id", UserID.rule)
        let version = ExpectedVersion(expectedVersion, violations: &violations)
        guard let id, let version else { return nil }
        self.userID = id
        self.expectedVersion = version
    }
}
