internal import Postgres
internal import Tenancy

extension Row {
    /// A row of `tenant_users`.
    func member() throws(DomainError) -> Member {
        guard let userID = UserID(try value("user_id")) else { throw TenancyStore.emptyAnswer }
        return Member(
            userID: userID,
            membership: Membership(
                role: try named("role"), permissions: try permissions("permissions")),
            email: try optional("email"), invitedBy: try optional("invited_by"),
            invitedAt: try optionalTimestamp("invited_at"), joinedAt: try timestamp("joined_at"),
            lastLoginAt: try optionalTimestamp("last_login_at"),
            updatedAt: try timestamp("updated_at"), version: try value("version"))
    }

    /// A row of `tenant_invitations`.
    func invitation() throws(DomainError) -> Invitation {
        Invitation(
            id: try value("id"), email: try value("email"),
            membership: Membership(
                role: try named("role"), permissions: try permissions("permissions")),
            invitedBy: try value("invited_by"), createdAt: try timestamp("created_at"),
            expiresAt: try timestamp("expires_at"))
    }

    func optionalTimestamp(_ column: String) throws(DomainError) -> Timestamp? {
        try optional(column, as: PostgresTimestamp.self).map {
            Timestamp(microseconds: $0.microseconds)
        }
    }
}

extension PostgresArray<String> {
    /// Permissions as they are stored: by their names, sorted.
    init(_ permissions: Set<Permission>) {
        self.init(permissions.sorted().map(\.rawValue))
    }
}
