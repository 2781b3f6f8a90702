internal import Postgres
package import Tenancy

extension TenancyStore {
    /// The tenant that is named, with its status and the place that a user has there. Nil when
    /// there is no such tenant. A change of either by this server shows at once, one by another
    /// within `ChangeFeed.trustTimeMax`.
    ///
    /// - Throws: `unavailable`.
    package func standing(
        of selector: TenantSelector, user: String?
    ) async throws(DomainError) -> TenantStanding? {
        if let known = knownStanding(of: selector, user: user) { return known }
        let reading = standings.beginReading()
        guard let standing = try await readStanding(of: selector, user: user) else { return nil }
        if case .code(let code) = selector { remember(standing.id, of: code) }
        standings.keep(
            standing, for: user, of: standing.id, read: reading,
            cost: 1 + (standing.membership?.grants.count ?? 0))
        return standing
    }

    /// The same from memory; nil when the database has to be asked.
    package func knownStanding(of selector: TenantSelector, user: String?) -> TenantStanding? {
        cachedTenantID(of: selector).flatMap { standings.value(user, of: $0) }
    }

    private func cachedTenantID(of selector: TenantSelector) -> TenantID? {
        switch selector {
        case .id(let id): id
        case .code(let code): cachedTenantID(of: code)
        }
    }

    private func readStanding(
        of selector: TenantSelector, user: String?
    ) async throws(DomainError) -> TenantStanding? {
        let columns = """
            SELECT t.id, t.status, \(MembershipRows.columns)
            FROM tenants t
            LEFT JOIN tenant_users u ON u.tenant_id = t.id
            """
        let statement: SQL
        switch selector {
        case .id(let id):
            statement = """
                \(unsafeSQL: columns) AND u.user_id = \(optional: user)
                \(unsafeSQL: MembershipRows.joins)
                WHERE t.id = \(id.rawValue)
                """
        case .code(let code):
            statement = """
                \(unsafeSQL: columns) AND u.user_id = \(optional: user)
                \(unsafeSQL: MembershipRows.joins)
                WHERE t.id = (SELECT c.tenant_id FROM tenant_codes c
                    WHERE c.tenant_code = \(code.text))
                """
        }
        let rows = try await read(in: .platform, statement)
        guard let row = rows.first else { return nil }
        return TenantStanding(
            id: try row.tenantID("id"), status: try row.named("status"),
            membership: try MembershipRows.membership(rows))
    }
}

extension Row {
    func permissions(_ column: String) throws(DomainError) -> Set<Permission> {
        let names = try optional(column, as: PostgresArray<String>.self)?.elements ?? []
        return Set(names.compactMap { Permission(rawValue: $0) })
    }
}
