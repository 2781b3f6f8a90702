internal import Postgres
package import Tenancy

extension Change {
    /// Invites somebody.
    ///
    /// - Parameter tokenHash: the SHA-256 of the token that accepts it.
    /// - Throws: `alreadyExists` while an invitation for the address is open, `tooMany`.
    package func invite(
        _ new: NewInvitation, tokenHash: [UInt8]
    ) async throws(DomainError) -> Invitation {
        // An invitation that nobody can accept any more makes room for this one.
        _ = try await query(
            """
            UPDATE tenant_invitations SET status = 'expired'
            WHERE tenant_id = \(tenant.rawValue) AND email_key = lower(\(new.email))
                AND status = 'open' AND expires_at <= clock_timestamp()
            """)
        let rows = try await query(
            """
            INSERT INTO tenant_invitations (
                tenant_id, email, role, permissions, token_hash, invited_by, created_at,
                expires_at)
            SELECT \(tenant.rawValue), \(new.email), \(new.membership.role.rawValue),
                \(PostgresArray(new.membership.permissions)), \(PostgresBytes(tokenHash)),
                \(context.actor), clock.now,
                clock.now + make_interval(secs => \(Double(new.validSeconds)))
            FROM (SELECT clock_timestamp()) AS clock (now)
            WHERE \(NewInvitation.openMax) > (
                SELECT count(*) FROM tenant_invitations i
                WHERE i.tenant_id = \(tenant.rawValue) AND i.status = 'open'
                    AND i.expires_at > clock_timestamp())
            RETURNING *
            """)
        guard let row = rows.first else {
            throw DomainError(
                .tooMany(.invitations),
                message: "the tenant has \(NewInvitation.openMax) open invitations",
                metadata: ["max": String(NewInvitation.openMax)])
        }
        return try row.invitation()
    }

    /// Makes the holder of a token a member. Of two who use it at once, the second one waits and
    /// finds it used.
    ///
    /// - Parameter tokenHash: the SHA-256 of the token.
    /// - Throws: `notFound` for a token that opens nothing, `failedPrecondition` for one whose time
    ///   is over, and what `addMember` throws.
    package func acceptInvitation(
        tokenHash: [UInt8], as user: UserID
    ) async throws(DomainError) -> Member {
        let rows = try await query(
            """
            SELECT *, expires_at <= clock_timestamp() AS is_expired FROM tenant_invitations
            WHERE tenant_id = \(tenant.rawValue) AND token_hash = \(PostgresBytes(tokenHash))
                AND status IN ('open', 'expired') FOR UPDATE
            """)
        guard let row = rows.first else { throw .notFound("invitation") }
        guard try row.value("is_expired", as: Bool.self) == false else {
            throw DomainError(
                .failedPrecondition(.invitationExpired),
                message: "the invitation can no longer be accepted")
        }
        let invitation = try row.invitation()
        let member = try await addMember(
            NewMember(
                userID: user, membership: invitation.membership, email: invitation.email),
            invitation: invitation)
        _ = try await query(
            """
            UPDATE tenant_invitations SET status = 'accepted', accepted_by = \(user.text)
            WHERE tenant_id = \(tenant.rawValue) AND id = \(invitation.id)
            """)
        return member
    }

    /// An open invitation, which stays open until the end of this change.
    ///
    /// - Throws: `notFound`.
    package func openInvitation(_ id: Int64) async throws(DomainError) -> Invitation {
        let rows = try await query(
            """
            SELECT * FROM tenant_invitations
            WHERE tenant_id = \(tenant.rawValue) AND id = \(id) AND status = 'open'
                AND expires_at > clock_timestamp()
            FOR UPDATE
            """)
        guard let row = rows.first else { throw .notFound("invitation") }
        return try row.invitation()
    }

    /// Makes an invitation worthless.
    package func revokeInvitation(_ invitation: Invitation) async throws(DomainError) {
        _ = try await query(
            """
            UPDATE tenant_invitations SET status = 'revoked'
            WHERE tenant_id = \(tenant.rawValue) AND id = \(invitation.id)
            """)
    }
}
