internal import Postgres
package import Tenancy

/// What gives or takes powers. Each holds the tenant's row for itself, as every change of places
/// does.
extension Change {
    /// - Throws: `notFound`.
    package func role(_ name: RoleName) async throws(DomainError) -> TenantRole {
        let rows = try await query(
            """
            SELECT * FROM tenant_roles
            WHERE tenant_id = \(tenant.rawValue) AND role_name = \(name.text)
            """)
        guard let row = rows.first else { throw .notFound("role") }
        return try row.role()
    }

    /// - Throws: `alreadyExists`, `tooMany`.
    package func createRole(_ new: NewRole) async throws(DomainError) -> TenantRole {
        let counts = try await row(
            """
            SELECT count(*) AS roles, count(*) FILTER (WHERE role_name = \(new.name.text)) AS same
            FROM tenant_roles WHERE tenant_id = \(tenant.rawValue)
            """)
        guard try counts.value("same", as: Int64.self) == 0 else {
            throw .alreadyExists(field: "role_name")
        }
        guard try counts.value("roles", as: Int64.self) < NewRole.countMax else {
            throw DomainError(
                .tooMany(.roles), message: "the tenant has \(NewRole.countMax) roles",
                metadata: ["max": String(NewRole.countMax)])
        }
        return try await row(
            """
            INSERT INTO tenant_roles (
                tenant_id, role_name, description, permissions, created_by)
            VALUES (
                \(tenant.rawValue), \(new.name.text), \(new.description),
                \(PostgresArray(new.permissions)), \(context.actor))
            RETURNING *
            """
        ).role()
    }

    /// Gives a role what the update says; a change to what is there already is none.
    package func updateRole(
        _ role: TenantRole, _ update: RoleUpdate
    ) async throws(DomainError) -> TenantRole {
        try await row(
            """
            UPDATE tenant_roles
            SET description = \(update.description.value(after: role.description)),
                permissions =
                    \(PostgresArray(update.permissions.value(after: role.permissions)))
            WHERE tenant_id = \(tenant.rawValue) AND role_name = \(role.name.text)
            RETURNING *
            """
        ).role()
    }

    /// Removes a role, with those of its grants that are over.
    ///
    /// - Throws: `failedPrecondition` for a role that somebody has.
    package func deleteRole(_ name: RoleName) async throws(DomainError) {
        _ = try await query(
            """
            DELETE FROM tenant_grants
            WHERE tenant_id = \(tenant.rawValue) AND role_name = \(name.text)
                AND expires_at <= clock_timestamp()
            """)
        let holders = try await row(
            """
            SELECT count(DISTINCT user_id) AS holders FROM tenant_grants
            WHERE tenant_id = \(tenant.rawValue) AND role_name = \(name.text)
            """
        ).value("holders", as: Int64.self)
        guard holders == 0 else {
            throw DomainError(
                .failedPrecondition(.roleInUse), message: "\(holders) users have the role",
                metadata: ["users": String(holders)])
        }
        _ = try await query(
            """
            DELETE FROM tenant_roles
            WHERE tenant_id = \(tenant.rawValue) AND role_name = \(name.text)
            """)
    }

    /// What something that is granted comes to.
    ///
    /// - Throws: `notFound` for a role that is not there.
    package func permissions(
        of object: GrantObject
    ) async throws(DomainError) -> Set<Permission> {
        switch object {
        case .permission(let permission): [permission]
        case .role(let name): try await role(name).permissions
        }
    }

    /// Gives a member something, or what they have of it a new end.
    ///
    /// - Throws: `tooMany`, `invalidArgument` for an end that is not in the future.
    package func grant(_ new: NewGrant) async throws(DomainError) -> AccessGrant {
        let others = try await row(
            """
            SELECT count(*) AS others FROM tenant_grants
            WHERE tenant_id = \(tenant.rawValue) AND user_id = \(new.userID.text)
                AND (grant_kind, grant_name) <> (\(new.object.kind), \(new.object.name))
            """
        ).value("others", as: Int64.self)
        if others >= NewGrant.countMax { try await clearGrants(of: new.userID) }
        let expiry = new.expiresAt.map { PostgresTimestamp(microseconds: $0.microseconds) }
        let made = try await row(
            """
            INSERT INTO tenant_grants AS g (
                tenant_id, user_id, grant_kind, grant_name, expires_at, reason, granted_by)
            VALUES (
                \(tenant.rawValue), \(new.userID.text), \(new.object.kind),
                \(new.object.name), \(optional: expiry), \(new.reason), \(context.actor))
            ON CONFLICT ON CONSTRAINT tenant_grants_pkey DO UPDATE
            SET expires_at = excluded.expires_at, reason = excluded.reason,
                granted_by = excluded.granted_by, granted_at = excluded.granted_at
            RETURNING *
            """
        ).grant()
        guard let made else { throw TenancyStore.emptyAnswer }
        return made
    }

    /// Makes room by clearing away what is over.
    private func clearGrants(of user: UserID) async throws(DomainError) {
        let cleared = try await query(
            """
            DELETE FROM tenant_grants
            WHERE tenant_id = \(tenant.rawValue) AND user_id = \(user.text)
                AND expires_at <= clock_timestamp()
            RETURNING 1
            """)
        guard cleared.isEmpty else { return }
        throw DomainError(
            .tooMany(.grants), message: "the user has \(NewGrant.countMax) grants",
            metadata: ["max": String(NewGrant.countMax)])
    }

    /// Takes something back.
    ///
    /// - Throws: `notFound`.
    package func revokeGrant(_ removal: GrantRemoval) async throws(DomainError) {
        let removed = try await query(
            """
            DELETE FROM tenant_grants
            WHERE tenant_id = \(tenant.rawValue) AND user_id = \(removal.userID.text)
                AND grant_kind = \(removal.object.kind) AND grant_name = \(removal.object.name)
            RETURNING 1
            """)
        guard !removed.isEmpty else { throw .notFound("grant") }
    }
}
