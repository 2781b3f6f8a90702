internal import Postgres
package import Tenancy

extension Change {
    /// The place that a user has at this moment; nil for one who is no member.
    package func membership(of user: String) async throws(DomainError) -> Membership? {
        let rows = try await query(
            """
            SELECT \(unsafeSQL: MembershipRows.columns) FROM tenant_users u
            \(unsafeSQL: MembershipRows.joins)
            WHERE u.tenant_id = \(tenant.rawValue) AND u.user_id = \(user)
            """)
        return try MembershipRows.membership(rows)
    }

    /// A member, who stays as they are until the end of this change.
    ///
    /// - Throws: `notFound`.
    package func member(_ user: UserID) async throws(DomainError) -> Member {
        let rows = try await query(
            """
            SELECT * FROM tenant_users
            WHERE tenant_id = \(tenant.rawValue) AND user_id = \(user.text) FOR UPDATE
            """)
        guard let row = rows.first else { throw .notFound("user") }
        return try row.member()
    }

    /// Makes a user a member, and takes the unit of `max_users` that this needs.
    ///
    /// - Parameter invitation: the invitation that the user has accepted.
    /// - Throws: `alreadyExists`, `quotaExceeded`, `failedPrecondition` for a subscription that is
    ///   not active.
    package func addMember(
        _ new: NewMember, invitation: Invitation? = nil
    ) async throws(DomainError) -> Member {
        // Who is a member already must hear so, whether or not a unit is left.
        guard try await membership(of: new.userID.text) == nil else {
            throw .alreadyExists(field: "user_id")
        }
        try await takeUserUnit()
        let invitedAt = invitation.map {
            PostgresTimestamp(microseconds: $0.createdAt.microseconds)
        }
        return try await row(
            """
            INSERT INTO tenant_users (
                tenant_id, user_id, role, permissions, email, invited_by, invited_at)
            VALUES (
                \(tenant.rawValue), \(new.userID.text), \(new.membership.role.rawValue),
                \(PostgresArray(new.membership.permissions)), \(optional: new.email),
                \(optional: invitation?.invitedBy), \(optional: invitedAt))
            RETURNING *
            """
        ).member()
    }

    /// Gives a member another place or address; a change to what is there already is none.
    ///
    /// - Throws: `failedPrecondition` when the last administrator would be demoted.
    package func updateMember(
        _ user: UserID, to membership: Membership, email: String?
    ) async throws(DomainError) -> Member {
        try await row(
            """
            UPDATE tenant_users
            SET role = \(membership.role.rawValue),
                permissions = \(PostgresArray(membership.permissions)),
                email = \(optional: email)
            WHERE tenant_id = \(tenant.rawValue) AND user_id = \(user.text)
            RETURNING *
            """
        ).member()
    }

    /// Ends a membership, and gives its unit of `max_users` back.
    ///
    /// - Throws: `failedPrecondition` when the last administrator would be removed.
    package func removeMember(_ user: UserID) async throws(DomainError) {
        _ = try await query("SELECT return_tenant_user_unit(\(tenant.rawValue))")
        _ = try await query(
            """
            DELETE FROM tenant_users
            WHERE tenant_id = \(tenant.rawValue) AND user_id = \(user.text)
            """)
    }

    /// Notes that a member has logged in.
    ///
    /// - Throws: `notFound`.
    package func recordLogin(_ session: UserSession) async throws(DomainError) -> Member {
        try await record(session, "last_login_at")
    }

    /// Notes that a member has logged out.
    ///
    /// - Throws: `notFound`.
    package func recordLogout(_ session: UserSession) async throws(DomainError) {
        _ = try await record(session, "last_logout_at")
    }

    private func record(
        _ session: UserSession, _ column: String
    ) async throws(DomainError) -> Member {
        // The log shows where the user was, not the service that tells of it.
        _ = try await query(
            """
            SELECT set_config('tenancy.actor_address',
                    \(session.address ?? context.address ?? ""), true),
                set_config('tenancy.user_agent',
                    \(session.userAgent ?? context.userAgent ?? ""), true)
            """)
        let rows = try await query(
            """
            UPDATE tenant_users
            SET \(unsafeSQL: column) = greatest(clock_timestamp(), \(unsafeSQL: column))
            WHERE tenant_id = \(tenant.rawValue) AND user_id = \(session.userID.text)
            RETURNING *
            """)
        guard let row = rows.first else { throw .notFound("user") }
        return try row.member()
    }

    private func takeUserUnit() async throws(DomainError) {
        let row = try await row("SELECT * FROM take_tenant_user_unit(\(tenant.rawValue))")
        let outcome = try row.value("outcome", as: String.self)
        guard outcome != "admitted" else { return }
        throw try row.refusal(outcome, try row.quotaStatus(of: .users), requested: 1)
    }
}
