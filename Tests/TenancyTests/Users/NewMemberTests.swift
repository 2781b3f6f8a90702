internal import Tenancy
internal import Testing

@Suite struct NewMemberTests {
    static func fields(
        _ read: (inout FieldViolations) -> Any?
    ) -> (isRead: Bool, violated: [String]) {
        var violations = FieldViolations()
        let value = read(&violations)
        return (value != nil, violations.all.map(\.field))
    }

    @Test("The documented example is a member")
    func example() throws {
        var violations = FieldViolations()
        let member = NewMember(
            userID: "user_123", role: .admin,
            permissions: ["manage_users", "manage_config", "view_analytics", "manage_users"],
            email: "", violations: &violations)
        #expect(violations.all.isEmpty)
        #expect(
            member?.membership.permissions == [
                .manageUsers, .manageConfiguration, .viewAnalytics,
            ])
        #expect(member?.email == nil)
    }

    @Test("A member that breaks rules hears of all of them")
    func member() {
        let (isRead, violated) = Self.fields {
            NewMember(
                userID: String(repeating: "u", count: 129), role: nil,
                permissions: ["view_users", "view_everything"], email: "@", violations: &$0)
        }
        #expect(!isRead)
        #expect(violated == ["user_id", "role", "permissions", "email"])
    }

    @Test(
        "An invitation is valid for a minute to a month",
        arguments: [
            (Int64(0), true), (60, true), (2_592_000, true), (59, false), (2_592_001, false),
            (-1, false),
        ])
    func invitation(seconds: Int64, isValid: Bool) {
        let (_, violated) = Self.fields {
            NewInvitation(
                email: "new@example.com", role: .user, permissions: [], validSeconds: seconds,
                violations: &$0)
        }
        #expect(violated == (isValid ? [] : ["valid_seconds"]))
    }

    @Test("A login says where from, or nothing")
    func session() {
        let (_, none) = Self.fields {
            UserSession(userID: "u", address: "", userAgent: "", violations: &$0)
        }
        #expect(none.isEmpty)
        let (_, violated) = Self.fields {
            UserSession(userID: "", address: "1.2.3", userAgent: "a\nb", violations: &$0)
        }
        #expect(violated == ["user_id", "ip_address", "user_agent"])
    }

    @Test("A page of users is bound to its filters")
    func list() throws {
        var violations = FieldViolations()
        let first = try #require(
            UserListRequest(
                pageSize: 0, pageToken: "", role: .user, query: "a", violations: &violations))
        #expect(first.afterID == "" && first.pageSize.entries == 50)
        let token = first.nextPageToken(after: try #require(UserID("abc")))
        let second = UserListRequest(
            pageSize: 9, pageToken: token, role: .user, query: "a", violations: &violations)
        #expect(second?.afterID == "abc")
        #expect(violations.all.isEmpty)
        _ = UserListRequest(
            pageSize: -1, pageToken: token, role: .admin, query: "a", violations: &violations)
        #expect(violations.all.map(\.field) == ["page_size", "page_token"])
    }
}
