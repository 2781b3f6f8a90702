internal import TTRPC
internal import TenancyAPI

/// Every method of UserService about a tenant with users of every rank.
enum UserCalls {
    static let all: [TenantCall] = reads + changes

    static let reads: [TenantCall] = [
        .read("ListUsers") { _, _ in
            { terms in
                let answer = try await terms.services.users.listUsers(
                    .init(tenantCode: terms.code), options: terms.options)
                return "\(answer)"
            }
        }
    ]

    static let changes: [TenantCall] = [
        addUser, updateUser, removeUser, inviteUser, acceptInvitation, revokeInvitation,
        recordLogin, recordLogout,
    ]

    static let addUser = TenantCall.change("AddUser") { _, _ in
        { terms in
            let answer = try await terms.services.users.addUser(
                .init(
                    tenantCode: terms.code, userId: "new", role: terms.isOther ? .viewer : .user,
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let updateUser = TenantCall.change("UpdateUser") { _, _ in
        { terms in
            let answer = try await terms.services.users.updateUser(
                .init(
                    tenantCode: terms.code, userId: "the-user",
                    updateMask: .init(paths: ["role"]), role: terms.isOther ? .manager : .viewer,
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let removeUser = TenantCall.change("RemoveUser") { _, _ in
        { terms in
            let answer = try await terms.services.users.removeUser(
                .init(
                    tenantCode: terms.code, userId: terms.isOther ? "the-viewer" : "the-user",
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let inviteUser = TenantCall.change("InviteUser") { _, _ in
        { terms in
            let answer = try await terms.services.users.inviteUser(
                .init(
                    tenantCode: terms.code,
                    email: terms.isOther ? "other@example.com" : "new@example.com", role: .user,
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let acceptInvitation = TenantCall.change("AcceptInvitation") { services, code in
        let invitation = try await services.users.inviteUser(
            .init(tenantCode: code, email: "invited@example.com", role: .user))
        return { terms in
            let answer = try await terms.services.users.acceptInvitation(
                .init(
                    tenantCode: terms.code, invitationToken: invitation.invitationToken,
                    userId: terms.isOther ? "somebody" : "invited", idempotencyKey: terms.key,
                    validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let revokeInvitation = TenantCall.change("RevokeInvitation") { services, code in
        let invitation = try await services.users.inviteUser(
            .init(tenantCode: code, email: "invited@example.com", role: .user)
        ).invitation
        return { terms in
            let answer = try await terms.services.users.revokeInvitation(
                .init(
                    tenantCode: terms.code,
                    invitationId: (invitation?.id ?? 0) + (terms.isOther ? 1 : 0),
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let recordLogin = TenantCall.change("RecordLogin") { _, _ in
        { terms in
            let answer = try await terms.services.users.recordLogin(
                .init(
                    tenantCode: terms.code, userId: "the-user",
                    userAgent: terms.isOther ? "b" : "a", idempotencyKey: terms.key,
                    validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let recordLogout = TenantCall.change("RecordLogout") { _, _ in
        { terms in
            let answer = try await terms.services.users.recordLogout(
                .init(
                    tenantCode: terms.code, userId: "the-user",
                    userAgent: terms.isOther ? "b" : "a", idempotencyKey: terms.key,
                    validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }
}
