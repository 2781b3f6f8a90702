internal import TTRPC
internal import TenancyAPI
internal import TenancyClient

/// Everybody who may call about a tenant, and some who may not, as callers of the stubs.
struct TenantCallers: Sendable {
    /// A platform administrator.
    let administrator: Services
    /// A service in its own name, which may also name a user.
    let service: Services
    /// Nobody.
    let anonymous: Services
}

extension Deployment {
    /// Runs `body` with connections of every kind.
    func withCallers<Value>(
        _ name: String, _ body: (TenantCallers) async throws -> Value
    ) async throws -> Value {
        let tls = try await clientTLS(
            name: Examples.code(name), spiffeID: "spiffe://bfc-vyomo/service/trading-engine")
        return try await withServices(over: .unix) { administrator in
            try await withServices(over: tls) { service in
                try await withServices(over: anonymousTLS) { anonymous in
                    try await body(
                        TenantCallers(
                            administrator: administrator, service: service, anonymous: anonymous))
                }
            }
        }
    }

    /// Makes users of a tenant, past the service.
    func insertUsers(_ users: [(id: String, role: String)], in code: String) async throws {
        let values = users.map { "('\($0.id)', '\($0.role)')" }.joined(separator: ", ")
        _ = try await query(
            """
            INSERT INTO tenant_users (tenant_id, user_id, role)
            SELECT t.id, u.user_id, u.role FROM tenants t, (VALUES \(values)) AS u (user_id, role)
            WHERE t.tenant_code = '\(code)'
            """)
    }

    /// The actions of a tenant's log, in order.
    func actions(of code: String) async throws -> [String] {
        try await query(
            """
            SELECT l.action FROM tenant_activity_logs l JOIN tenants t ON t.id = l.tenant_id
            WHERE t.tenant_code = '\(code)' ORDER BY l.sequence
            """)
    }
}

extension CallOptions {
    /// A call for a user, through a service that may name one.
    static func acting(as user: String) -> CallOptions {
        CallOptions(metadata: Metadata([("bfc-actor", user)]))
    }
}
