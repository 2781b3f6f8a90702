internal import OpenSSL
internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

extension UserService {
    func inviteUser(
        _ request: InviteUserRequest, context: ServerContext
    ) async throws -> InviteUserResponse {
        let isMeant = !request.validateOnly
        return try await ErrorMapping.naming(request.email) {
            try await access.change(.inviteUser, request, context, answerIsSecret: true) {
                request, violations in
                NewInvitation(
                    email: request.email, role: Role(request.role),
                    permissions: request.permissions, validSeconds: request.validSeconds,
                    violations: &violations)
            } _: { change, tenant, new in
                try tenant.powers.checkGrant(
                    of: new.membership.role, permissions: new.membership.permissions)
                let token = try Credential.fresh(.invitation, of: tenant.id)
                let invitation = try await change.invite(new, tokenHash: token.hash().bytes)
                return InviteUserResponse(
                    success: true, invitation: TenancyAPI.Invitation(invitation),
                    invitationToken: isMeant ? token.text : "")
            }
        }
    }

    func acceptInvitation(
        _ request: AcceptInvitationRequest, context: ServerContext
    ) async throws -> AcceptInvitationResponse {
        try await ErrorMapping.naming(request.userId) {
            try await access.change(.acceptInvitation, request, context) {
                request, violations in
                let user = UserID(request.userId)
                violations.require(user != nil, "user_id", UserID.rule)
                violations.require(
                    1...256 ~= request.invitationToken.utf8.count, "invitation_token",
                    "must be 1 to 256 bytes")
                return user.map { (request.invitationToken, $0) }
            } _: { change, tenant, input in
                let (text, user) = input
                // A token of another tenant, or none at all, is as unknown as any other.
                guard let token = Credential(.invitation, presented: text),
                    token.tenant == tenant.id
                else { throw DomainError.notFound("invitation") }
                let member = try await change.acceptInvitation(
                    tokenHash: token.hash().bytes, as: user)
                return AcceptInvitationResponse(success: true, user: TenantUser(member))
            }
        }
    }

    func revokeInvitation(
        _ request: RevokeInvitationRequest, context: ServerContext
    ) async throws -> RevokeInvitationResponse {
        try await access.change(.revokeInvitation, request, context) { request, violations in
            violations.require(request.invitationId > 0, "invitation_id", "must be positive")
            return request.invitationId
        } _: { change, tenant, id in
            let invitation = try await change.openInvitation(id)
            try tenant.powers.checkRemoval(from: invitation.membership.role, permissions: [])
            try await change.revokeInvitation(invitation)
            return RevokeInvitationResponse(success: true)
        }
    }
}

extension InviteUserRequest: ChangeRequest {}
extension AcceptInvitationRequest: ChangeRequest {}
extension RevokeInvitationRequest: ChangeRequest {}
