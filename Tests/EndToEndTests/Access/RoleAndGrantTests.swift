internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Roles and grants of a tenant", .timeLimit(.minutes(5)))
struct RoleAndGrantTests {
    @Test("are made, changed, given, used, taken back and removed, and all of it is in the log")
    func life() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("roles")
            let made = try #require(
                try await services.createRole("desk", ["view_activity", "consume"], of: code))
            #expect(made.permissions == ["consume", "view_activity"] && made.version == 1)
            let listed = try await services.access.listRoles(.init(tenantCode: code)).roles
            #expect(
                listed.map(\.roleName) == ["admin", "manager", "user", "viewer", "desk"])
            #expect(listed.map(\.builtIn) == [true, true, true, true, false])
            #expect(listed.last == made)
            #expect(!(try await services.mayDo("the-viewer", "consume", in: code)))
            let grant = try await services.grant("the-viewer", role: "desk", of: code)
            #expect(grant?.roleName == "desk" && grant?.expiresAt == nil)
            #expect(try await services.mayDo("the-viewer", "consume", in: code))
            try await deployment.withTrustedService("roles") { service in
                // What was granted counts in every call.
                _ = try await service.activity.listActivity(
                    .init(tenantCode: code), options: .acting(for: "the-viewer"))
                let updated = try await services.access.updateRole(
                    .init(
                        tenantCode: code, roleName: "desk",
                        updateMask: .init(paths: ["permissions", "description"]),
                        description: "Trading desk", permissions: ["consume"],
                        expectedVersion: 1)
                ).role
                #expect(updated?.version == 2 && updated?.description == "Trading desk")
                try await expectFailure(.permissionDenied) {
                    try await service.activity.listActivity(
                        .init(tenantCode: code), options: .acting(for: "the-viewer"))
                }
            }
            let stale = try await expectFailure(.aborted) {
                try await services.access.deleteRole(
                    .init(tenantCode: code, roleName: "desk", expectedVersion: 1))
            }
            #expect(try stale.errorInfo?.reason == "VERSION_MISMATCH")
            let used = try await expectFailure(.failedPrecondition) {
                try await services.access.deleteRole(.init(tenantCode: code, roleName: "desk"))
            }
            #expect(try used.errorInfo?.reason == "ROLE_IN_USE")
            let taken = try await expectFailure(.alreadyExists) {
                try await services.createRole("desk", ["consume"], of: code)
            }
            #expect(try taken.resourceInfo?.resourceName == "desk")
            _ = try await services.access.revokeGrant(
                .init(tenantCode: code, userId: "the-viewer", roleName: "desk"))
            #expect(!(try await services.mayDo("the-viewer", "consume", in: code)))
            _ = try await services.access.deleteRole(.init(tenantCode: code, roleName: "desk"))
            #expect(
                try await deployment.activity(of: code).suffix(5) == [
                    "role_created", "grant_created", "role_updated", "grant_revoked",
                    "role_deleted",
                ])
        }
    }

    @Test("end when their time is over, and can be given anew")
    func expiry() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("expiring")
            let end = try await deployment.inSeconds(2)
            try await services.grant(
                "the-viewer", permission: "consume", until: end, of: code)
            #expect(try await services.mayDo("the-viewer", "consume", in: code))
            try await deployment.eventually {
                try await !services.mayDo("the-viewer", "consume", in: code)
            }
            let explained = try await services.access.explainAccess(
                .init(
                    tenantCode: code,
                    question: .init(userId: "the-viewer", permission: "consume")))
            #expect(!explained.allowed && explained.decidedBy == .permission)
            #expect(
                explained.path.map(\.kind) == [
                    .membership, .role, .permissionGrant, .permission,
                ])
            #expect(explained.path[2].expiresAt == end && !explained.path[2].passed)
            let past = try await expectFailure(.invalidArgument) {
                try await services.grant(
                    "the-viewer", permission: "consume", until: end, of: code)
            }
            #expect(try past.violatedFields == ["expires_at"])
            try await services.grant("the-viewer", permission: "consume", of: code)
            #expect(try await services.mayDo("the-viewer", "consume", in: code))
            let grants = try await services.access.listGrants(.init(tenantCode: code)).grants
            #expect(grants.map(\.permission) == ["consume"] && grants[0].expiresAt == nil)
            // They go with the membership.
            _ = try await services.users.removeUser(
                .init(tenantCode: code, userId: "the-viewer"))
            #expect(
                try await services.access.listGrants(.init(tenantCode: code)).grants.isEmpty)
        }
    }

    @Test("are given by nobody who has not what they give, or not for as long")
    func above() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("above")
            try await services.createRole("keeper", ["manage_api_keys"], of: code)
            let end = try await deployment.inSeconds(3_600)
            try await services.grant(
                "the-viewer", permission: "manage_users", until: end, of: code)
            return code
        }
        let sooner = try await deployment.inSeconds(1_800)
        let later = try await deployment.inSeconds(7_200)
        try await deployment.withTrustedService("above") { service in
            let manager = CallOptions.acting(for: "the-manager")
            let viewer = CallOptions.acting(for: "the-viewer")
            try await expectFailure(.permissionDenied) {
                try await service.createRole("r", ["export_tenant"], of: code, options: manager)
            }
            try await expectFailure(.permissionDenied) {
                try await service.grant("the-user", role: "keeper", of: code, options: manager)
            }
            try await expectFailure(.permissionDenied) {
                try await service.grant(
                    "the-manager", permission: "verify_audit", of: code, options: manager)
            }
            try await expectFailure(.permissionDenied) {
                try await service.access.updateRole(
                    .init(
                        tenantCode: code, roleName: "keeper",
                        updateMask: .init(paths: ["permissions"]), permissions: ["consume"]),
                    options: manager)
            }
            try await expectFailure(.permissionDenied) {
                try await service.access.deleteRole(
                    .init(tenantCode: code, roleName: "keeper"), options: manager)
            }
            // Nor to those above them.
            try await expectFailure(.permissionDenied) {
                try await service.grant(
                    "the-admin", permission: "consume", of: code, options: manager)
            }
            try await service.grant(
                "the-viewer", permission: "consume", of: code, options: manager)
            // Who has something for an hour gives it for an hour.
            for end in [nil, later] {
                try await expectFailure(.permissionDenied) {
                    try await service.grant(
                        "the-viewer", permission: "manage_users", until: end, of: code,
                        options: viewer)
                }
            }
            try await expectFailure(.permissionDenied) {
                try await service.addUser(
                    "friend", .viewer, permissions: ["manage_users"], to: code, options: viewer)
            }
            try await service.addUser("friend", .viewer, to: code, options: viewer)
            try await service.grant(
                "friend", permission: "manage_users", until: sooner, of: code, options: viewer)
        }
    }

    @Test("that break rules hear of all of them, and are bounded")
    func rules() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("role-rules")
            for name in ["", "Admin", "viewer", "1st", "a b", String(repeating: "a", count: 64)] {
                let error = try await expectFailure(.invalidArgument) {
                    try await services.createRole(name, [], of: code)
                }
                #expect(try error.violatedFields == ["role_name", "permissions"])
            }
            let grant = try await expectFailure(.invalidArgument) {
                try await services.access.createGrant(
                    .init(
                        tenantCode: code, userId: "a b", roleName: "r", permission: "consume",
                        expiresAt: .init(seconds: -1), reason: "\u{7}"))
            }
            #expect(
                try grant.violatedFields == ["user_id", "role_name", "expires_at", "reason"])
            for (user, role) in [("nobody", "desk"), ("the-user", "absent")] {
                try await services.createRoleOnce("desk", of: code)
                try await expectFailure(.notFound) {
                    try await services.grant(user, role: role, of: code)
                }
            }
            try await expectFailure(.notFound) {
                try await services.access.revokeGrant(
                    .init(tenantCode: code, userId: "the-user", permission: "consume"))
            }
            _ = try await deployment.query(
                """
                INSERT INTO tenant_roles (tenant_id, role_name, permissions, created_by)
                SELECT t.id, 'r' || n, '{consume}', 'x'
                FROM tenants t, generate_series(1, 199) AS n WHERE t.tenant_code = '\(code)';
                INSERT INTO tenant_grants (
                    tenant_id, user_id, grant_kind, grant_name, granted_by, granted_at, expires_at)
                SELECT t.id, 'the-user', 'role', 'r' || n, 'x', now() - interval '2 hours',
                    CASE WHEN n = 1 THEN now() - interval '1 hour' END
                FROM tenants t, generate_series(1, 64) AS n WHERE t.tenant_code = '\(code)'
                """)
            let roles = try await expectFailure(.resourceExhausted) {
                try await services.createRole("one-more", ["consume"], of: code)
            }
            #expect(try roles.errorInfo?.reason == "TOO_MANY_ROLES")
            // What is over makes room, once.
            try await services.grant("the-user", role: "desk", of: code)
            let grants = try await expectFailure(.resourceExhausted) {
                try await services.grant("the-user", permission: "consume", of: code)
            }
            #expect(try grants.errorInfo?.reason == "TOO_MANY_GRANTS")
            var listed: [String] = []
            var token = ""
            repeat {
                let page = try await services.access.listGrants(
                    .init(
                        tenantCode: code, userId: "the-user", pageSize: 7, pageToken: token))
                listed += page.grants.map(\.roleName)
                token = page.nextPageToken
            } while !token.isEmpty
            #expect(Set(listed).count == 64 && listed.count == 64)
        }
    }
}

extension Services {
    fileprivate func createRoleOnce(_ name: String, of code: String) async throws {
        let roles = try await access.listRoles(.init(tenantCode: code)).roles
        guard !roles.contains(where: { $0.roleName == name }) else { return }
        try await createRole(name, ["consume"], of: code)
    }
}

extension Deployment {
    /// A moment so many seconds from now, by the database's clock.
    func inSeconds(_ seconds: Int) async throws -> Google_Protobuf_Timestamp {
        .init(
            microsecondsSince1970: try await number(
                """
                SELECT (extract(epoch FROM clock_timestamp() + \(seconds) * interval '1 second')
                    * 1000000)::bigint
                """))
    }
}
