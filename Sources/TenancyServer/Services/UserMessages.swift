internal import Tenancy
internal import TenancyAPI

/// Users between the domain and the wire.
extension Tenancy.Role {
    /// Nil for a role that was not given or that this version does not know.
    init?(_ role: TenancyAPI.Role) {
        switch role {
        case .admin: self = .admin
        case .manager: self = .manager
        case .user: self = .user
        case .viewer: self = .viewer
        default: return nil
        }
    }

    /// A filter; unspecified is none. A role that this version does not know is a violation: it
    /// would match nothing, or everything, and neither is what was asked.
    static func filter(
        _ role: TenancyAPI.Role, violations: inout FieldViolations
    ) -> Tenancy.Role? {
        guard role != .unspecified else { return nil }
        let known = Tenancy.Role(role)
        violations.require(known != nil, "role", Membership.roleRule)
        return known
    }
}

extension TenancyAPI.Role {
    init(_ role: Tenancy.Role) {
        switch role {
        case .admin: self = .admin
        case .manager: self = .manager
        case .user: self = .user
        case .viewer: self = .viewer
        }
    }
}

extension TenantUser {
    init(_ member: Member) {
        self.init(
            userId: member.userID.text, role: .init(member.membership.role),
            permissions: member.membership.permissions.sorted().map(\.rawValue),
            email: member.email ?? "", invitedBy: member.invitedBy ?? "",
            invitedAt: member.invitedAt.map { .init($0) }, joinedAt: .init(member.joinedAt),
            lastLoginAt: member.lastLoginAt.map { .init($0) },
            updatedAt: .init(member.updatedAt), version: member.version)
    }
}

extension TenancyAPI.Invitation {
    init(_ invitation: Tenancy.Invitation) {
        self.init(
            id: invitation.id, email: invitation.email,
            role: .init(invitation.membership.role),
            permissions: invitation.membership.permissions.sorted().map(\.rawValue),
            invitedBy: invitation.invitedBy, createdAt: .init(invitation.createdAt),
            expiresAt: .init(invitation.expiresAt))
    }
}

extension Google_Protobuf_Timestamp {
    init(_ timestamp: Timestamp) {
        self.init(microsecondsSince1970: timestamp.microseconds)
    }
}
