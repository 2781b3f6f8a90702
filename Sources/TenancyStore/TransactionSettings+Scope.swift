internal import Postgres
internal import Tenancy

extension TransactionSettings {
    /// The rows that the transaction may see, and who its changes are put down to.
    ///
    /// The scope is the literal text of a number: `set_config` would not reach the nodes of a
    /// distributed database. What a caller sent is bound.
    init(scope: Scope, context: AuditContext? = nil) {
        switch scope {
        case .platform:
            self.init(["SET LOCAL ROLE tenancy_platform"])
        case .tenant(let id):
            self.init([.once(unsafeSQL: "SET LOCAL tenancy.tenant_id = \(id.rawValue)")])
            party = id.rawValue
        }
        guard let context else { return }
        statements.append(
            """
            SELECT set_config('tenancy.actor', \(context.actor), true),
                set_config('tenancy.actor_address', \(context.address ?? ""), true),
                set_config('tenancy.user_agent', \(context.userAgent ?? ""), true)
            """)
    }
}
