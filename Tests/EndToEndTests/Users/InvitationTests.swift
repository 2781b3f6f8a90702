internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("An invitation", .timeLimit(.minutes(5)))
struct InvitationTests {
    static func invite(
        _ services: Services, to code: String, email: String = "new@example.com",
        role: Role = .user
    ) async throws(RPCError) -> InviteUserResponse {
        try await services.users.inviteUser(
            .init(
                tenantCode: code, email: email, role: role, permissions: ["view_activity"]))
    }

    @Test("makes its holder a member, once, and takes the unit only then")
    func life() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("inviting")
            let invited = try await Self.invite(services, to: code)
            #expect(invited.invitationToken.hasPrefix("vyi_"))
            #expect(try await services.usersUsed(of: code) == 0)
            let accept = AcceptInvitationRequest(
                tenantCode: code, invitationToken: invited.invitationToken, userId: "newcomer")
            let member = try await services.users.acceptInvitation(accept).user
            #expect(member?.role == .user && member?.permissions == ["view_activity"])
            #expect(member?.email == "new@example.com")
            #expect(member?.invitedAt == invited.invitation?.createdAt)
            #expect(member?.invitedBy == invited.invitation?.invitedBy)
            #expect(try await services.usersUsed(of: code) == 1)
            let again = try await expectFailure(.notFound) {
                try await services.users.acceptInvitation(accept)
            }
            #expect(again.message == "no such invitation")
            #expect(
                try await deployment.activity(of: code) == [
                    "user_invited", "user_added", "invitation_accepted",
                ])
            // Neither the token nor the address is in the log, and the token nowhere.
            let log = try await deployment.activity(of: code, columns: "details").joined()
            #expect(!log.contains("vyi_") && !log.contains("new@example.com"))
        }
    }

    @Test("is accepted by one of many who try at once")
    func atOnce() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("race")
            let token = try await Self.invite(services, to: code).invitationToken
            let failures = try await withThrowingTaskGroup(of: RPCError.Code?.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        do throws(RPCError) {
                            _ = try await services.users.acceptInvitation(
                                .init(
                                    tenantCode: code, invitationToken: token,
                                    userId: "user_\(number)"))
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
            }
            #expect(failures == [RPCError.Code](repeating: .notFound, count: 7))
            #expect(try await services.usersUsed(of: code) == 1)
        }
    }

    @Test("is unknown when it is invented, foreign or revoked, and all of these alike")
    func unknown() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("unknown")
            let other = try await services.createTenant("unknown-too")
            let foreign = try await Self.invite(services, to: other).invitationToken
            let revoked = try await Self.invite(services, to: code)
            _ = try await services.users.revokeInvitation(
                .init(tenantCode: code, invitationId: revoked.invitation?.id ?? 0))
            try await expectFailure(.notFound) {
                try await services.users.revokeInvitation(
                    .init(tenantCode: code, invitationId: revoked.invitation?.id ?? 0))
            }
            for token in ["x", "vyi_1_0", foreign, revoked.invitationToken] {
                let error = try await expectFailure(.notFound) {
                    try await services.users.acceptInvitation(
                        .init(tenantCode: code, invitationToken: token, userId: "u"))
                }
                #expect(error.message == "no such invitation")
            }
        }
    }

    @Test("expires, and makes room for another to the same address")
    func expired() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("expiring")
            let token = try await Self.invite(services, to: code).invitationToken
            let exists = try await expectFailure(.alreadyExists) {
                try await Self.invite(services, to: code, email: "NEW@example.com")
            }
            #expect(try exists.resourceInfo?.resourceName == "NEW@example.com")
            _ = try await deployment.query(
                """
                UPDATE tenant_invitations i
                SET created_at = now() - interval '2 hours',
                    expires_at = now() - interval '1 hour'
                FROM tenants t WHERE t.id = i.tenant_id AND t.tenant_code = '\(code)'
                """)
            func expectExpired() async throws {
                let error = try await expectFailure(.failedPrecondition) {
                    try await services.users.acceptInvitation(
                        .init(tenantCode: code, invitationToken: token, userId: "u"))
                }
                #expect(try error.errorInfo?.reason == "INVITATION_EXPIRED")
            }
            try await expectExpired()
            let next = try await Self.invite(services, to: code).invitationToken
            try await expectExpired()
            _ = try await services.users.acceptInvitation(
                .init(tenantCode: code, invitationToken: next, userId: "u"))
        }
    }

    @Test("waits while the tenant is full, and is not for who is a member already")
    func full() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("crowded")
            let token = try await Self.invite(services, to: code).invitationToken
            for number in 0..<10 { try await services.addUser("user_\(number)", to: code) }
            func accept(as user: String) async throws(RPCError) {
                _ = try await services.users.acceptInvitation(
                    .init(tenantCode: code, invitationToken: token, userId: user))
            }
            try await expectFailure(.alreadyExists) { try await accept(as: "user_1") }
            let full = try await expectFailure(.resourceExhausted) {
                try await accept(as: "late")
            }
            #expect(try full.quotaFailure != nil)
            _ = try await services.users.removeUser(.init(tenantCode: code, userId: "user_2"))
            _ = try await deployment.query(
                """
                UPDATE tenant_subscriptions s SET status = 'expired' FROM tenants t
                WHERE t.id = s.tenant_id AND t.tenant_code = '\(code)'
                """)
            let lapsed = try await expectFailure(.failedPrecondition) {
                try await accept(as: "late")
            }
            #expect(try lapsed.errorInfo?.reason == "SUBSCRIPTION_NOT_ACTIVE")
        }
    }

    @Test("is one of a thousand that may be open")
    func many() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("spammy")
            _ = try await deployment.query(
                """
                INSERT INTO tenant_invitations (
                    tenant_id, email, role, token_hash, invited_by, expires_at)
                SELECT t.id, n || '@example.com', 'user', sha256(int4send(n)), 'x',
                    now() + interval '1 day'
                FROM tenants t, generate_series(1, 1000) AS n WHERE t.tenant_code = '\(code)'
                """)
            let error = try await expectFailure(.resourceExhausted) {
                try await Self.invite(services, to: code)
            }
            #expect(try error.errorInfo?.reason == "TOO_MANY_INVITATIONS")
        }
    }
}
