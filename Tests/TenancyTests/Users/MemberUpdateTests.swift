internal import Tenancy
internal import Testing

@Suite struct MemberUpdateTests {
    static func member(
        _ role: Role, _ permissions: Set<Permission> = []
    ) throws -> Member {
        let now = Timestamp(microseconds: 1)
        return Member(
            userID: try #require(UserID("u")),
            membership: Membership(role: role, permissions: permissions), email: nil,
            invitedBy: nil, invitedAt: nil, joinedAt: now, lastLoginAt: nil, updatedAt: now,
            version: 1)
    }

    static func update(
        mask: [String], role: Role? = nil, permissions: [String] = [], email: String = ""
    ) throws -> MemberUpdate {
        var violations = FieldViolations()
        let update = MemberUpdate(
            userID: "u", mask: mask, role: role, permissions: permissions, email: email,
            expectedVersion: 0, violations: &violations)
        try violations.check()
        return try #require(update)
    }

    /// The rank that asks, the one of the member, and the one that the member is to have.
    @Test("Nobody reaches above their own rank", arguments: Role.allCases)
    func ranks(_ asking: Role) throws {
        let powers = Powers(Membership(role: asking), at: Timestamp(microseconds: 0))
        for present in Role.allCases {
            for future in Role.allCases {
                let update = try Self.update(mask: ["role"], role: future)
                let isAllowed = asking >= present && asking >= future
                if isAllowed {
                    try update.check(powers, on: try Self.member(present))
                } else {
                    #expect(throws: DomainError.self, "\(asking): \(present) to \(future)") {
                        try update.check(powers, on: try Self.member(present))
                    }
                }
            }
        }
    }

    @Test("Nobody gives a permission that they do not hold, and what is held already may stay")
    func permissions() throws {
        let manager = Powers(Membership(role: .manager), at: Timestamp(microseconds: 0))
        let update = try Self.update(
            mask: ["permissions"], permissions: ["consume", "manage_api_keys"])
        #expect(throws: DomainError.self) {
            try update.check(manager, on: try Self.member(.user))
        }
        try update.check(manager, on: try Self.member(.user, [.manageAPIKeys]))
        try update.check(.unlimited, on: try Self.member(.user))
    }

    @Test("Only what the mask names is changed")
    func mask() throws {
        let present = Membership(role: .user, permissions: [.viewActivity])
        let role = try Self.update(
            mask: ["role"], role: .manager, permissions: ["verify_audit"], email: "no")
        #expect(
            role.membership(after: present)
                == Membership(role: .manager, permissions: [.viewActivity]))
        #expect(role.email.value(after: "a@example.com") == "a@example.com")
        let rest = try Self.update(mask: ["permissions", "email"], role: .admin)
        #expect(rest.membership(after: present) == Membership(role: .user))
        #expect(rest.email.value(after: "a@example.com") == nil)
    }

    @Test("A request that breaks rules hears of all of them")
    func violations() {
        var violations = FieldViolations()
        let update = MemberUpdate(
            userID: "no user", mask: ["role", "permissions", "email", "user_id"], role: nil,
            permissions: ["fly"], email: "nobody", expectedVersion: -1, violations: &violations)
        #expect(update == nil)
        #expect(
            violations.all.map(\.field) == [
                "user_id", "update_mask", "role", "permissions", "email", "expected_version",
            ])
        violations = FieldViolations()
        _ = MemberUpdate(
            userID: "u", mask: [], role: nil, permissions: [], email: "", expectedVersion: 0,
            violations: &violations)
        #expect(violations.all.map(\.field) == ["update_mask"])
    }
}
