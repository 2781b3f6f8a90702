internal import Postgres
package import Tenancy

extension TenancyStore {
    /// The roles of a tenant's own, by name.
    ///
    /// - Throws: `unavailable`.
    package func listRoles(of tenant: TenantID) async throws(DomainError) -> [TenantRole] {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT * FROM tenant_roles WHERE tenant_id = \(tenant.rawValue) ORDER BY role_name
            """)
        var roles: [TenantRole] = []
        for row in rows { roles.append(try row.role()) }
        return roles
    }

    /// A page of the grants of a tenant.
    ///
    /// - Throws: `unavailable`.
    package func listGrants(
        of tenant: TenantID, _ list: GrantListRequest
    ) async throws(DomainError) -> GrantPage {
        let after = list.after ?? .init(user: "", kind: "", name: "")
        // One more than the page holds tells whether another follows. A filter that is not asked
        // for is gone before the statement is planned.
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT * FROM tenant_grants
            WHERE tenant_id = \(tenant.rawValue)
                AND (user_id, grant_kind, grant_name) > (
                    \(after.user) COLLATE "C", \(after.kind) COLLATE "C",
                    \(after.name) COLLATE "C")
                AND (\(unsafeSQL: list.user == nil ? "true OR" : "")
                    user_id = \(optional: list.user?.text))
            ORDER BY user_id, grant_kind, grant_name LIMIT \(Int64(list.pageSize.entries + 1))
            """)
        var grants: [AccessGrant] = []
        for row in rows.prefix(list.pageSize.entries) {
            if let grant = try row.grant() { grants.append(grant) }
        }
        guard rows.count > list.pageSize.entries, let last = grants.last else {
            return GrantPage(grants: grants, nextPageToken: "")
        }
        return GrantPage(grants: grants, nextPageToken: list.nextPageToken(after: last))
    }

    /// Decides on questions about one tenant. What changed on another server counts within
    /// `ChangeFeed.trustTimeMax`.
    ///
    /// - Parameter clock: The time of day.
    /// - Throws: `notFound`, `unavailable`.
    package func decide(
        _ questions: [AccessQuestion], of tenant: TenantID, at clock: () -> Timestamp
    ) async throws(DomainError) -> [AccessDecision] {
        var decisions: [AccessDecision] = []
        for question in questions {
            let subject: AccessDecision.Subject
            let status: TenantStatus
            switch question.subject {
            case .user(let user):
                guard let standing = try await standing(of: .id(tenant), user: user.text) else {
                    throw .tenantNotFound
                }
                (subject, status) = (.user(id: user.text, standing.membership), standing.status)
            case .apiKey(let id, let address):
                guard let standing = try await standing(of: .id(tenant), user: nil) else {
                    throw .tenantNotFound
                }
                subject = .apiKey(id: id, try await apiKey(of: tenant, id: id), from: address)
                status = standing.status
            }
            var feature: AccessDecision.Feature?
            if let name = question.feature {
                feature = .init(name: name, isThere: try await hasFeature(name, tenant))
            }
            decisions.append(
                AccessDecision.decide(
                    subject, question.permission, effect: question.permission.effect,
                    feature: feature, status: status, at: clock()))
        }
        return decisions
    }

    private func apiKey(
        of tenant: TenantID, id: Int64
    ) async throws(DomainError) -> KnownKey? {
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT \(unsafeSQL: Self.apiKeyColumns), t.tenant_code, t.status AS tenant_status
            FROM tenant_api_keys k JOIN tenants t ON t.id = k.tenant_id
            WHERE k.tenant_id = \(tenant.rawValue) AND k.key_id = \(id)
            """)
        return try rows.first?.knownKey(of: tenant)
    }

    /// Whether a flag among the features of a tenant is on.
    private func hasFeature(
        _ name: String, _ tenant: TenantID
    ) async throws(DomainError) -> Bool {
        try await features.value(name, of: tenant) { () async throws(DomainError) -> Bool? in
            let rows = try await read(
                in: .tenant(tenant),
                """
                SELECT coalesce(features -> \(name) = 'true', false) AS is_on FROM tenants
                WHERE id = \(tenant.rawValue)
                """)
            return try rows.first?.value("is_on", as: Bool.self)
        } ?? false
    }
}
