internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.UserService` on the domain.
struct UserService: UserServiceHandler {
    let access: TenantAccess
    let store: TenancyStore

    func listUsers(
        _ request: ListUsersRequest, context: ServerContext
    ) async throws -> ListUsersResponse {
        let caller = try await access.caller(context, .listUsers)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let list = UserListRequest(
            pageSize: request.pageSize, pageToken: request.pageToken,
            role: Role.filter(request.role, violations: &violations), query: request.query,
            violations: &violations)
        let (named, checked) = try violations.checked(selector, list)
        let tenant = try await access.tenant(named, caller, .listUsers)
        let page = try await store.listUsers(of: tenant.id, checked)
        return ListUsersResponse(
            success: true, users: page.members.map { TenantUser($0) },
            nextPageToken: page.nextPageToken)
    }

    func addUser(
        _ request: AddUserRequest, context: ServerContext
    ) async throws -> AddUserResponse {
        try await ErrorMapping.naming(request.userId) {
            try await access.change(.addUser, request, context) { request, violations in
                NewMember(
                    userID: request.userId, role: Role(request.role),
                    permissions: request.permissions, email: request.email,
                    violations: &violations)
            } _: { change, tenant, new in
                try tenant.powers.checkGrant(
                    of: new.membership.role, permissions: new.membership.permissions)
                return AddUserResponse(
                    success: true, message: "User added to tenant successfully",
                    user: TenantUser(try await change.addMember(new)))
            }
        }
    }

    func updateUser(
        _ request: UpdateUserRequest, context: ServerContext
    ) async throws -> UpdateUserResponse {
        try await access.change(.updateUser, request, context, lock: .update) {
            request, violations in
            MemberUpdate(
                userID: request.userId, mask: request.updateMask?.paths ?? [],
                role: Role(request.role), permissions: request.permissions,
                email: request.email, expectedVersion: request.expectedVersion,
                violations: &violations)
        } _: { change, tenant, update in
            let member = try await change.member(update.userID)
            try update.check(tenant.powers, on: member)
            try update.expectedVersion.check(member.version)
            let updated = try await change.updateMember(
                update.userID, to: update.membership(after: member.membership),
                email: update.email.value(after: member.email))
            return UpdateUserResponse(success: true, user: TenantUser(updated))
        }
    }

    func removeUser(
        _ request: RemoveUserRequest, context: ServerContext
    ) async throws -> RemoveUserResponse {
        try await access.change(.removeUser, request, context, lock: .update) {
            request, violations in
            MemberRemoval(
                userID: request.userId, expectedVersion: request.expectedVersion,
                violations: &violations)
        } _: { change, tenant, removal in
            let member = try await change.member(removal.userID)
            try tenant.powers.checkRemoval(from: member.membership.role, permissions: [])
            try removal.expectedVersion.check(member.version)
            try await change.removeMember(removal.userID)
            return RemoveUserResponse(
                success: true, message: "User removed from tenant successfully")
        }
    }

    func recordLogin(
        _ request: RecordLoginRequest, context: ServerContext
    ) async throws -> RecordLoginResponse {
        try checkOneself(request.userId, context, .recordLogin)
        return try await access.change(.recordLogin, request, context) { request, violations in
            UserSession(
                userID: request.userId, address: request.ipAddress,
                userAgent: request.userAgent, violations: &violations)
        } _: { change, _, session in
            RecordLoginResponse(
                success: true, user: TenantUser(try await change.recordLogin(session)))
        }
    }

    func recordLogout(
        _ request: RecordLogoutRequest, context: ServerContext
    ) async throws -> RecordLogoutResponse {
        try checkOneself(request.userId, context, .recordLogout)
        return try await access.change(.recordLogout, request, context) { request, violations in
            UserSession(
                userID: request.userId, address: request.ipAddress,
                userAgent: request.userAgent, violations: &violations)
        } _: { change, _, session in
            try await change.recordLogout(session)
            return RecordLogoutResponse(success: true)
        }
    }

    /// A user speaks for nobody else. What they ask for another is refused before anything is
    /// looked up, so that it does not tell who is a member.
    private func checkOneself(
        _ user: String, _ context: ServerContext, _ operation: Operation
    ) throws(DomainError) {
        guard case .user(let id, _, _) = context.caller.principal, id != user else { return }
        throw DomainError(
            .permissionDenied, message: "a user records no login or logout but their own")
    }
}

extension AddUserRequest: ChangeRequest {}
extension UpdateUserRequest: ChangeRequest {}
extension RemoveUserRequest: ChangeRequest {}
extension RecordLoginRequest: ChangeRequest {}
extension RecordLogoutRequest: ChangeRequest {}
