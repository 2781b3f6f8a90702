internal import Postgres
internal import Tenancy

extension Row {
    /// A row of `tenant_roles`.
    func role() throws(DomainError) -> TenantRole {
        guard let name = RoleName(try value("role_name")) else { throw TenancyStore.emptyAnswer }
        return TenantRole(
            name: name, description: try value("description"),
            permissions: try permissions("permissions"), createdBy: try value("created_by"),
            createdAt: try timestamp("created_at"), updatedAt: try timestamp("updated_at"),
            version: try value("version"))
    }

    /// A row of `tenant_grants`; nil for a permission that this program no longer knows, which
    /// gives nothing.
    func grant() throws(DomainError) -> AccessGrant? {
        guard let user = UserID(try value("user_id")) else { throw TenancyStore.emptyAnswer }
        guard
            let object = GrantObject(
                kind: try value("grant_kind"), name: try value("grant_name"))
        else { return nil }
        return AccessGrant(
            userID: user, object: object, expiresAt: try optionalTimestamp("expires_at"),
            reason: try value("reason"), grantedBy: try value("granted_by"),
            grantedAt: try timestamp("granted_at"))
    }
}

/// The place of a user with what was granted beside it: one row for each grant, and one when there
/// is none.
enum MembershipRows {
    /// The columns, of `tenant_users u`.
    static let columns = """
        u.role, u.permissions, g.grant_kind, g.grant_name, g.expires_at AS grant_expires_at,
        r.permissions AS grant_permissions
        """

    static let joins = """
        LEFT JOIN tenant_grants g ON g.tenant_id = u.tenant_id AND g.user_id = u.user_id
        LEFT JOIN tenant_roles r ON r.tenant_id = g.tenant_id AND r.role_name = g.role_name
        """

    /// Nil for a user who is no member. A permission that this program no longer knows gives
    /// nothing.
    static func membership(_ rows: [Row]) throws(DomainError) -> Membership? {
        guard let first = rows.first, let role = try first.optional("role", as: String.self) else {
            return nil
        }
        guard let rank = Role(rawValue: role) else { throw TenancyStore.emptyAnswer }
        var grants: [MemberGrant] = []
        for row in rows {
            guard let kind = try row.optional("grant_kind", as: String.self) else { continue }
            let name: String = try row.value("grant_name")
            let isRole = kind == "role"
            grants.append(
                MemberGrant(
                    role: isRole ? name : nil,
                    permissions: isRole
                        ? try row.permissions("grant_permissions")
                        : Set(Permission(rawValue: name).map { [$0] } ?? []),
                    expiresAt: try row.optionalTimestamp("grant_expires_at")))
        }
        return Membership(
            role: rank, permissions: try first.permissions("permissions"), grants: grants)
    }
}
