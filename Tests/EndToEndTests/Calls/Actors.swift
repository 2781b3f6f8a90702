internal import TTRPC
internal import TenancyAPI

extension CallOptions {
    /// A call that a service makes for a user.
    static func acting(for user: String) -> CallOptions {
        CallOptions(metadata: Metadata([("bfc-actor", user)]))
    }
}

extension Deployment {
    /// Runs `body` with stubs over one TLS connection of a trusted service.
    @discardableResult
    func withTrustedService<Value>(
        _ name: String, _ body: (Services) async throws -> Value
    ) async throws -> Value {
        // A file of its own: tests that run at once may use the same name.
        let tls = try await clientTLS(
            name: Examples.code(name), spiffeID: "spiffe://bfc-vyomo/service/\(name)")
        return try await withServices(over: tls, body)
    }
}

extension Services {
    /// Makes a user of this role a member.
    @discardableResult
    func addUser(
        _ user: String, _ role: Role = .user, permissions: [String] = [], email: String = "",
        to code: String, options: CallOptions = .defaults
    ) async throws(RPCError) -> TenantUser? {
        try await users.addUser(
            AddUserRequest(
                tenantCode: code, userId: user, role: role, permissions: permissions,
                email: email),
            options: options
        ).user
    }

    /// Makes a tenant with a user of every rank, each named after it.
    func createTenantWithEveryRank(_ name: String) async throws -> String {
        let code = try await createTenant(name)
        for (user, role) in Self.ranks { try await addUser(user, role, to: code) }
        return code
    }

    /// Every rank, highest first, with the user of it that `createTenantWithEveryRank` makes.
    static let ranks: [(user: String, role: Role)] = [
        ("the-admin", .admin), ("the-manager", .manager), ("the-user", .user),
        ("the-viewer", .viewer),
    ]

    /// How many units of `max_users` a tenant has used.
    func usersUsed(of code: String) async throws -> UInt64? {
        try await quotas.getQuotas(.init(tenantCode: code)).quotas?.users?.current
    }
}

extension Deployment {
    /// The actions in a tenant's log, oldest first, without those that every tenant begins with.
    func activity(of code: String, columns: String = "action") async throws -> [String] {
        try await query(
            """
            SELECT \(columns) FROM tenant_activity_logs l
            JOIN tenants t ON t.id = l.tenant_id
            WHERE t.tenant_code = '\(code)' AND action NOT IN (
                'tenant_created', 'subscription_created', 'usage_consumed')
            ORDER BY l.sequence
            """)
    }
}
