internal import TTRPC
internal import TenancyAPI

/// Every method of AccessService about a tenant with users of every rank.
enum AccessCalls {
    static let all: [TenantCall] = reads + questions + changes

    static let changes: [TenantCall] = [
        createRole, updateRole, deleteRole, createGrant, revokeGrant,
    ]

    static let reads: [TenantCall] = [
        .read("ListRoles") { _, _ in
            { terms in
                let answer = try await terms.services.access.listRoles(
                    .init(tenantCode: terms.code), options: terms.options)
                return "\(answer)"
            }
        },
        .read("ListGrants") { _, _ in
            { terms in
                let answer = try await terms.services.access.listGrants(
                    .init(tenantCode: terms.code), options: terms.options)
                return "\(answer)"
            }
        },
    ]

    private static let question = AccessQuestion(userId: "the-user", permission: "consume")

    static let questions: [TenantCall] = [
        .read("CheckAccess") { _, _ in
            { terms in
                let answer = try await terms.services.access.checkAccess(
                    .init(tenantCode: terms.code, question: question), options: terms.options)
                return "\(answer)"
            }
        },
        .read("BatchCheckAccess") { _, _ in
            { terms in
                let answer = try await terms.services.access.batchCheckAccess(
                    .init(tenantCode: terms.code, questions: [question]), options: terms.options)
                return "\(answer)"
            }
        },
        .read("ExplainAccess") { _, _ in
            { terms in
                let answer = try await terms.services.access.explainAccess(
                    .init(tenantCode: terms.code, question: question), options: terms.options)
                return "\(answer)"
            }
        },
    ]

    static let createRole = TenantCall.change("CreateRole") { _, _ in
        { terms in
            let answer = try await terms.services.access.createRole(
                .init(
                    tenantCode: terms.code, roleName: terms.isOther ? "other" : "new",
                    permissions: ["consume"], idempotencyKey: terms.key,
                    validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let updateRole = TenantCall.change("UpdateRole") { services, code in
        try await services.createRole("desk", ["consume"], of: code)
        return { terms in
            let answer = try await terms.services.access.updateRole(
                .init(
                    tenantCode: terms.code, roleName: "desk",
                    updateMask: .init(paths: ["permissions"]),
                    permissions: [terms.isOther ? "view_users" : "view_usage"],
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let deleteRole = TenantCall.change("DeleteRole") { services, code in
        try await services.createRole("desk", ["consume"], of: code)
        return { terms in
            let answer = try await terms.services.access.deleteRole(
                .init(
                    tenantCode: terms.code, roleName: terms.isOther ? "other" : "desk",
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let createGrant = TenantCall.change("CreateGrant") { _, _ in
        { terms in
            let answer = try await terms.services.access.createGrant(
                .init(
                    tenantCode: terms.code, userId: "the-viewer",
                    permission: terms.isOther ? "view_activity" : "consume",
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let revokeGrant = TenantCall.change("RevokeGrant") { services, code in
        try await services.grant("the-viewer", permission: "consume", of: code)
        return { terms in
            let answer = try await terms.services.access.revokeGrant(
                .init(
                    tenantCode: terms.code, userId: "the-viewer",
                    permission: terms.isOther ? "view_activity" : "consume",
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }
}

extension Services {
    @discardableResult
    func createRole(
        _ name: String, _ permissions: [String], of code: String,
        options: CallOptions = .defaults
    ) async throws(RPCError) -> RoleDefinition? {
        try await access.createRole(
            .init(tenantCode: code, roleName: name, permissions: permissions), options: options
        ).role
    }

    @discardableResult
    func grant(
        _ user: String, role: String = "", permission: String = "",
        until end: Google_Protobuf_Timestamp? = nil, of code: String,
        options: CallOptions = .defaults
    ) async throws(RPCError) -> Grant? {
        try await access.createGrant(
            .init(
                tenantCode: code, userId: user, roleName: role, permission: permission,
                expiresAt: end), options: options
        ).grant
    }

    func mayDo(
        _ user: String, _ permission: String, in code: String
    ) async throws(RPCError) -> Bool {
        try await access.checkAccess(
            .init(tenantCode: code, question: .init(userId: user, permission: permission))
        ).allowed
    }
}
