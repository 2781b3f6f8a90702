internal import Postgres
package import Tenancy

extension TenancyStore {
    /// A page of the users of a tenant, in the order of their ids.
    ///
    /// - Throws: `unavailable`.
    package func listUsers(
        of tenant: TenantID, _ list: UserListRequest
    ) async throws(DomainError) -> MemberPage {
        // A filter that is not asked for is gone before the statement is planned: it would be taken
        // for one that few users pass, and the page be sorted out of all of them.
        let (anyRole, anyName) = (list.role == nil, list.query == nil)
        // One more than the page holds tells whether another follows.
        let rows = try await read(
            in: .tenant(tenant),
            """
            SELECT * FROM tenant_users
            WHERE tenant_id = \(tenant.rawValue) AND user_id > \(list.afterID)
                AND (\(unsafeSQL: anyRole ? "true OR" : "")
                    role = \(optional: list.role?.rawValue))
                AND (\(unsafeSQL: anyName ? "true OR" : "")
                    starts_with(user_id, \(list.query ?? ""))
                    OR starts_with(lower(email), lower(\(list.query ?? ""))))
            ORDER BY user_id LIMIT \(Int64(list.pageSize.entries + 1))
            """)
        var members: [Member] = []
        for row in rows.prefix(list.pageSize.entries) { members.append(try row.member()) }
        guard rows.count > members.count, let last = members.last else {
            return MemberPage(members: members, nextPageToken: "")
        }
        return MemberPage(
            members: members, nextPageToken: list.nextPageToken(after: last.userID))
    }
}
