internal import Postgres
package import Tenancy

/// What the shares of members are.
extension TenancyStore {
    private static let columns =
        "q.user_id, q.resource_type, q.current_units, q.max_units, q.limit_version, q.renews_at"

    /// Where the share of a member stands, as far as it was reported; nil when there is none.
    ///
    /// - Throws: `unavailable`.
    package func userQuota(
        of tenant: TenantID, _ user: UserID, _ resource: Resource
    ) async throws(DomainError) -> UserQuota? {
        try await read(
            in: .tenant(tenant), Self.userQuotaStatement(of: tenant, user, resource)
        ).first?.userQuota()
    }

    fileprivate static func userQuotaStatement(
        of tenant: TenantID, _ user: UserID, _ resource: Resource
    ) -> SQL {
        """
        SELECT \(unsafeSQL: columns) FROM user_quota_levels(\(tenant.rawValue)) q
        WHERE q.user_id = \(user.text) AND q.resource_type = \(resource.rawValue)
        """
    }

    /// A page of the shares of a tenant's members.
    ///
    /// - Throws: `unavailable`.
    package func listUserQuotas(
        of tenant: TenantID, _ list: UserQuotaListRequest
    ) async throws(DomainError) -> UserQuotaPage {
        // One more than the page holds tells whether another follows. A filter that is not asked
        // for is gone before the statement is planned.
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT \(unsafeSQL: Self.columns) FROM user_quota_levels(\(tenant.rawValue)) q
            WHERE (q.user_id, q.resource_type) > (
                    \(list.after?.user ?? "") COLLATE "C",
                    \(list.after?.resource ?? "") COLLATE "C")
                AND (\(unsafeSQL: list.user == nil ? "true OR" : "")
                    q.user_id = \(optional: list.user?.text))
            ORDER BY q.user_id, q.resource_type LIMIT \(Int64(list.pageSize.entries + 1))
            """)
        var quotas: [UserQuota] = []
        for row in rows.prefix(list.pageSize.entries) { quotas.append(try row.userQuota()) }
        guard rows.count > quotas.count, let last = quotas.last else {
            return UserQuotaPage(quotas: quotas, nextPageToken: "")
        }
        return UserQuotaPage(quotas: quotas, nextPageToken: list.nextPageToken(after: last))
    }
}

extension Change {
    /// Gives a member a share, or takes it away; nil when there is none then.
    ///
    /// - Throws: `notFound` for who is no member, `versionMismatch`, `unavailable`, `aborted`.
    package func setUserQuota(_ new: UserQuotaChange) async throws(DomainError) -> UserQuota? {
        // The member before the counters, as whoever removes one locks them.
        _ = try await member(new.user)
        _ = try await query(
            """
            SELECT FROM tenant_subscriptions
            WHERE tenant_id = \(tenant.rawValue) FOR NO KEY UPDATE
            """)
        let present = try await userQuota(new.user, new.resource)
        try new.expectedVersion.check(present?.level.version ?? 0)
        _ = try await query(
            """
            SELECT set_user_quota(
                \(tenant.rawValue), \(new.user.text), \(new.resource.rawValue),
                \(optional: new.max))
            """)
        return try await userQuota(new.user, new.resource)
    }

    private func userQuota(
        _ user: UserID, _ resource: Resource
    ) async throws(DomainError) -> UserQuota? {
        try await query(TenancyStore.userQuotaStatement(of: tenant, user, resource))
            .first?.userQuota()
    }

    /// Gives units that were consumed in the present period back, and to the share of the member
    /// that is named as many of them as it has used.
    ///
    /// - Throws: `notFound` for who is no member, `failedPrecondition` when the period has used
    ///   fewer, `unavailable`, `aborted`.
    package func refund(
        _ resource: Resource, _ amount: QuotaAmount, to user: UserID?, reason: String
    ) async throws(DomainError) -> QuotaStatus {
        guard let user else { return try await refund(resource, amount, reason: reason) }
        _ = try await member(user)
        let status = try await refund(resource, amount, reason: reason)
        _ = try await query(
            """
            SELECT refund_user_quota(
                \(tenant.rawValue), \(user.text), \(resource.rawValue), \(amount.units))
            """)
        return status
    }
}

extension Row {
    fileprivate func userQuota() throws(DomainError) -> UserQuota {
        guard let user = UserID(try value("user_id")) else { throw TenancyStore.emptyAnswer }
        let max: UInt64 = try value("max_units")
        return UserQuota(
            user: user,
            level: QuotaLevel(
                status: QuotaStatus(
                    resource: try named("resource_type"), current: try value("current_units"),
                    reserved: 0, max: max),
                allowance: max, version: try value("limit_version"),
                renewsAt: try optionalTimestamp("renews_at")))
    }
}
