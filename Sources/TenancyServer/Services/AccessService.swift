internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.AccessService` on the domain: roles and grants. What is asked about access is in
/// `AccessService+Checks.swift`.
struct AccessService: AccessServiceHandler {
    let access: TenantAccess
    let store: TenancyStore

    func listPermissions(
        _ request: ListPermissionsRequest, context: ServerContext
    ) async throws -> ListPermissionsResponse {
        _ = try await access.platform(context, .listPermissions)
        return ListPermissionsResponse(
            success: true,
            permissions: Permission.allCases.sorted().map { permission in
                PermissionDefinition(
                    permission: permission.rawValue, description: permission.summary,
                    roles: Tenancy.Role.allCases.reversed()
                        .filter { $0.permissions.contains(permission) }.map(\.rawValue))
            })
    }

    func listRoles(
        _ request: ListRolesRequest, context: ServerContext
    ) async throws -> ListRolesResponse {
        let caller = try await access.caller(context, .listRoles)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let (named, _) = try violations.checked(selector, true)
        let tenant = try await access.tenant(named, caller, .listRoles)
        let own = try await store.listRoles(of: tenant.id)
        let ranks = Tenancy.Role.allCases.reversed()
        return ListRolesResponse(
            success: true,
            roles: ranks.map { RoleDefinition($0) } + own.map { RoleDefinition($0) })
    }

    func createRole(
        _ request: CreateRoleRequest, context: ServerContext
    ) async throws -> CreateRoleResponse {
        try await ErrorMapping.naming(request.roleName) {
            try await access.change(.createRole, request, context, lock: .update) {
                request, violations in
                NewRole(
                    name: request.roleName, description: request.description,
                    permissions: request.permissions, violations: &violations)
            } _: { change, tenant, new in
                try tenant.powers.checkGrant(permissions: new.permissions)
                return CreateRoleResponse(
                    success: true, role: RoleDefinition(try await change.createRole(new)))
            }
        }
    }

    func updateRole(
        _ request: UpdateRoleRequest, context: ServerContext
    ) async throws -> UpdateRoleResponse {
        try await access.change(.updateRole, request, context, lock: .update) {
            request, violations in
            RoleUpdate(
                name: request.roleName, mask: request.updateMask?.paths ?? [],
                description: request.description, permissions: request.permissions,
                expectedVersion: request.expectedVersion, violations: &violations)
        } _: { change, tenant, update in
            let role = try await change.role(update.name)
            try update.check(tenant.powers, on: role)
            try update.expectedVersion.check(role.version)
            return UpdateRoleResponse(
                success: true,
                role: RoleDefinition(try await change.updateRole(role, update)))
        }
    }

    func deleteRole(
        _ request: DeleteRoleRequest, context: ServerContext
    ) async throws -> DeleteRoleResponse {
        try await access.change(.deleteRole, request, context, lock: .update) {
            request, violations in
            RoleRemoval(
                name: request.roleName, expectedVersion: request.expectedVersion,
                violations: &violations)
        } _: { change, tenant, removal in
            let role = try await change.role(removal.name)
            try tenant.powers.checkRemoval(from: nil, permissions: role.permissions)
            try removal.expectedVersion.check(role.version)
            try await change.deleteRole(removal.name)
            return DeleteRoleResponse(success: true)
        }
    }

    func listGrants(
        _ request: ListGrantsRequest, context: ServerContext
    ) async throws -> ListGrantsResponse {
        let caller = try await access.caller(context, .listGrants)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let list = GrantListRequest(
            userID: request.userId, pageSize: request.pageSize, pageToken: request.pageToken,
            violations: &violations)
        let (named, checked) = try violations.checked(selector, list)
        let tenant = try await access.tenant(named, caller, .listGrants)
        let page = try await store.listGrants(of: tenant.id, checked)
        return ListGrantsResponse(
            success: true, grants: page.grants.map { Grant($0) },
            nextPageToken: page.nextPageToken)
    }

    func createGrant(
        _ request: CreateGrantRequest, context: ServerContext
    ) async throws -> CreateGrantResponse {
        try await access.change(.createGrant, request, context, lock: .update) {
            request, violations in
            NewGrant(
                userID: request.userId, role: request.roleName, permission: request.permission,
                expiresAt: request.expiresAt.map {
                    Timestamp(microseconds: $0.microsecondsSince1970)
                }, reason: request.reason, violations: &violations)
        } _: { change, tenant, new in
            let member = try await change.member(new.userID)
            let permissions = try await change.permissions(of: new.object)
            try tenant.powers.checkGrant(
                of: member.membership.role, permissions: permissions, until: new.expiresAt)
            return CreateGrantResponse(
                success: true, grant: Grant(try await change.grant(new)))
        }
    }

    func revokeGrant(
        _ request: RevokeGrantRequest, context: ServerContext
    ) async throws -> RevokeGrantResponse {
        let answer = try await access.change(.revokeGrant, request, context, lock: .update) {
            request, violations in
            GrantRemoval(
                userID: request.userId, role: request.roleName, permission: request.permission,
                violations: &violations)
        } _: { change, tenant, removal in
            guard let membership = try await change.membership(of: removal.userID.text) else {
                throw DomainError.notFound("grant")
            }
            let permissions = try await change.permissions(of: removal.object)
            try tenant.powers.checkRemoval(from: membership.role, permissions: permissions)
            try await change.revokeGrant(removal)
            return RevokeGrantResponse(success: true)
        }
        if !request.validateOnly { try await store.waitUntilSeenEverywhere() }
        return answer
    }
}

extension CreateRoleRequest: ChangeRequest {}
extension UpdateRoleRequest: ChangeRequest {}
extension DeleteRoleRequest: ChangeRequest {}
extension CreateGrantRequest: ChangeRequest {}
extension RevokeGrantRequest: ChangeRequest {}
