internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Users of a tenant", .timeLimit(.minutes(5)))
struct UserTests {
    @Test("are added as the documented example says, changed, listed and removed")
    func life() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("lives")
            let added = try await services.users.addUser(
                AddUserRequest(
                    tenantCode: code, userId: "user_123", role: .admin,
                    permissions: ["manage_users", "manage_config", "view_analytics"]))
            #expect(added.success && added.message == "User added to tenant successfully")
            #expect(
                added.user?.permissions == ["manage_config", "manage_users", "view_analytics"])
            #expect(added.user?.version == 1 && added.user?.joinedAt != nil)
            try await services.addUser("user_456", .viewer, email: "a@example.com", to: code)
            #expect(try await services.usersUsed(of: code) == 2)

            let updated = try await services.users.updateUser(
                UpdateUserRequest(
                    tenantCode: code, userId: "user_456",
                    updateMask: .init(paths: ["role", "permissions"]), role: .user,
                    permissions: ["view_activity"], expectedVersion: 1)
            ).user
            #expect(updated?.role == .user && updated?.permissions == ["view_activity"])
            #expect(updated?.email == "a@example.com" && updated?.version == 2)

            let listed = try await services.users.listUsers(.init(tenantCode: code))
            #expect(listed.users.map(\.userId) == ["user_123", "user_456"])
            #expect(listed.users.last == updated && listed.nextPageToken.isEmpty)

            let removed = try await services.users.removeUser(
                RemoveUserRequest(tenantCode: code, userId: "user_456", expectedVersion: 2))
            #expect(removed.success && !removed.message.isEmpty)
            #expect(try await services.usersUsed(of: code) == 1)
            #expect(
                try await Usage(of: .users, code: code, in: deployment)
                    == Usage(counter: 1, days: 1, activity: 1))
            #expect(
                try await deployment.activity(of: code) == [
                    "user_added", "user_added", "user_role_changed", "user_updated",
                    "user_removed",
                ])
        }
    }

    @Test("come page by page, whatever is added meanwhile")
    func pages() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("paged")
            for name in ["b", "d", "f"] { try await services.addUser(name, to: code) }
            try await services.addUser("e", .viewer, email: "Find.Me@example.com", to: code)
            let first = try await services.users.listUsers(
                .init(tenantCode: code, pageSize: 2))
            #expect(first.users.map(\.userId) == ["b", "d"])
            for name in ["a", "g"] { try await services.addUser(name, to: code) }
            let second = try await services.users.listUsers(
                .init(tenantCode: code, pageSize: 9, pageToken: first.nextPageToken))
            #expect(second.users.map(\.userId) == ["e", "f", "g"])
            #expect(second.nextPageToken.isEmpty)
            let filtered: [(ListUsersRequest, [String])] = [
                (.init(tenantCode: code, role: .viewer), ["e"]),
                (.init(tenantCode: code, query: "find."), ["e"]),
                (.init(tenantCode: code, query: "f"), ["e", "f"]),
                (.init(tenantCode: code, role: .admin), []),
            ]
            for (request, expected) in filtered {
                #expect(try await services.users.listUsers(request).users.map(\.userId) == expected)
            }
            let error = try await expectFailure(.invalidArgument) {
                try await services.users.listUsers(
                    .init(
                        tenantCode: code, pageSize: -1, pageToken: first.nextPageToken,
                        role: .init(rawValue: 99), query: "a\n"))
            }
            #expect(
                try Set(error.violatedFields) == ["page_size", "page_token", "role", "query"])
        }
    }

    @Test("are no more than the plan allows, however many are added at once")
    func quota() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("full")
            let refusals = try await withThrowingTaskGroup(of: RPCError?.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        do throws(RPCError) {
                            try await services.addUser("user_\(number)", to: code)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
            }
            #expect(refusals.count == 6)
            for refusal in refusals {
                #expect(refusal.code == .resourceExhausted)
                #expect(try refusal.quotaFailure?.violations.first?.subject == "resource:users")
                #expect(try refusal.errorInfo?.metadata["max"] == "10")
            }
            #expect(
                try await services.users.listUsers(.init(tenantCode: code)).users.count == 10)
            // Who is a member hears that, and not that the tenant is full.
            let members = try await services.users.listUsers(.init(tenantCode: code)).users
            let member = try #require(members.first)
            let exists = try await expectFailure(.alreadyExists) {
                try await services.addUser(member.userId, to: code)
            }
            #expect(try exists.resourceInfo?.resourceName == member.userId)
            _ = try await services.users.removeUser(
                .init(tenantCode: code, userId: member.userId))
            try await services.addUser("user_100", to: code)
            #expect(
                try await Usage(of: .users, code: code, in: deployment)
                    == Usage(counter: 10, days: 10, activity: 10))
        }
    }

    @Test("keep one administrator, also when two demote each other at once")
    func lastAdministrator() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("headed")
            try await services.addUser("a", .admin, to: code)
            for call in [
                {
                    _ = try await services.users.removeUser(
                        .init(tenantCode: code, userId: "a"))
                },
                { try await Self.demote("a", in: code, services) },
            ] {
                let error = try await expectFailure(.failedPrecondition) { try await call() }
                #expect(try error.errorInfo?.reason == "LAST_ADMINISTRATOR")
            }
            try await services.addUser("b", .admin, to: code)
            return code
        }
        try await deployment.withTrustedService("mutual") { services in
            for _ in 0..<8 {
                let failures = await withTaskGroup(of: RPCError?.self) { group in
                    for (one, other) in [("a", "b"), ("b", "a")] {
                        group.addTask {
                            do throws(RPCError) {
                                try await Self.demote(
                                    one, in: code, services, options: .acting(for: other))
                                return nil
                            } catch {
                                return error
                            }
                        }
                    }
                    return await group.reduce(into: [RPCError]()) { $0 += $1.map { [$0] } ?? [] }
                }
                // The one who came second was no administrator any more.
                #expect(failures.count == 1 && failures.first?.code == .permissionDenied)
                let admins = try await services.users.listUsers(
                    .init(tenantCode: code, role: .admin))
                #expect(admins.users.count == 1)
                for user in ["a", "b"] {
                    _ = try await services.users.updateUser(
                        .init(
                            tenantCode: code, userId: user,
                            updateMask: .init(paths: ["role"]), role: .admin))
                }
            }
        }
    }

    static func demote(
        _ user: String, in code: String, _ services: Services,
        options: CallOptions = .defaults
    ) async throws(RPCError) {
        _ = try await services.users.updateUser(
            .init(
                tenantCode: code, userId: user, updateMask: .init(paths: ["role"]),
                role: .viewer),
            options: options)
    }

    @Test("are in the log with their logins, from where they were")
    func sessions() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("sessions")
            try await services.addUser("u", to: code)
            let login = try await services.users.recordLogin(
                .init(
                    tenantCode: code, userId: "u", ipAddress: "2001:db8::7",
                    userAgent: "Browser/1")
            ).user
            #expect(login?.lastLoginAt != nil && login?.version == 1)
            _ = try await services.users.recordLogout(
                .init(tenantCode: code, userId: "u", ipAddress: "192.0.2.7"))
            #expect(
                try await deployment.activity(
                    of: code, columns: "action, entity_id, host(ip_address), user_agent"
                ).suffix(2) == ["login|u|2001:db8::7|Browser/1", "logout|u|192.0.2.7|"])
            let error = try await expectFailure(.invalidArgument) {
                try await services.users.recordLogin(
                    .init(tenantCode: code, userId: "", ipAddress: "here", userAgent: "a\n"))
            }
            #expect(try error.violatedFields == ["user_id", "ip_address", "user_agent"])
        }
    }
}
