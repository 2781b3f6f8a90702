internal import Postgres
package import Reactor
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
        if let known = knownStanding(of: selector, user: user, at: .now()) { return known }
        let reading = directory.beginReading()
        let readingOfUser = standings.beginReading()
        guard let standing = try await readStanding(of: selector, user: user) else { return nil }
        var code: TenantCode?
        if case .code(let named) = selector { code = named }
        directory.keep(standing.id, code, standing.status, read: reading)
        if let user {
            standings.keep(
                standing, for: user, of: standing.id, read: readingOfUser,
                cost: 1 + (standing.membership?.grants.count ?? 0))
        }
        return standing
    }

    /// The same from memory; nil when the database has to be asked.
    ///
    /// - Parameter now: A time after the question came, and not after this.
    package func knownStanding(
        of selector: TenantSelector, user: String?, at now: MonotonicInstant
    ) -> TenantStanding? {
        switch selector {
        case .id(let id): return knownStanding(of: id, user: user, at: now)
        case .code(let code): return knownStanding(code: code.text, user: user, at: now)
        }
    }

    /// The same of the tenant that has a number.
    package func knownStanding(
        of id: TenantID, user: String?, at now: MonotonicInstant
    ) -> TenantStanding? {
        guard let user else { return directory.standing(of: id, at: now) }
        return standings.value(user, of: id, at: now)
    }

    /// The same of the tenant that has a code, or what may be none: it is not known then.
    package func knownStanding(
        code: String, user: String?, at now: MonotonicInstant
    ) -> TenantStanding? {
        let standing = directory.standing(of: code, at: now)
        guard let standing, let user else { return standing }
        return standings.value(user, of: standing.id, at: now)
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
