internal import TTRPC
internal import TenancyAPI
internal import TenancyClient

/// Two tenants with users and keys, and every kind of caller, on the shared deployment.
struct World {
    struct Name {
        let code: String
        let id: Int64
    }

    /// One kind of caller.
    struct Caller {
        let name: String
        let client: TenancyClient
        let options: CallOptions
        let isOfATenant: Bool
        /// What it may read of its tenant while that is not active.
        let reads: Set<String>
        /// Whether it is still somebody then.
        let isKnownWhileNotActive: Bool
    }

    let deployment: Deployment
    let own: Name
    let foreign: Name
    /// A name that a tenant could have, and none has.
    let absent: Name
    let rowsBefore: String
    /// Of the own tenant's, for everything, and a token for it.
    let key: String
    let token: String

    init() async throws {
        deployment = try await Deployment.shared()
        let deployment = self.deployment
        (own, foreign, key, token) = try await deployment.withServices(over: .unix) { services in
            let own = try await services.createTenantWithEveryRank("own")
            // Of no other tenant, as the users that every tenant of tests has are.
            for (user, role) in Services.ranks {
                try await services.addUser(Self.ownUser(user), role, to: own)
            }
            let foreign = try await services.createTenantWithEveryRank("other")
            let created = try await services.apiKeys.createApiKey(
                CreateApiKeyRequest(
                    tenantCode: own, keyName: "matrix", permissions: Self.everyPermission,
                    rateLimit: 100_000))
            return (
                try await Self.name(own, services), try await Self.name(foreign, services),
                created.apiKey, try await services.exchange(created.apiKey).accessToken
            )
        }
        absent = Name(code: Examples.code("absent"), id: .max - own.id)
        rowsBefore = try await deployment.fingerprint(of: foreign.code)
    }

    static func ownUser(_ name: String) -> String { "\(name)-of-own" }

    static let everyPermission = [
        "view_tenant", "manage_tenant", "view_users", "manage_users", "view_subscription",
        "manage_subscription", "view_usage", "consume", "view_api_keys", "manage_api_keys",
        "view_config", "view_sensitive_config", "manage_config", "view_analytics",
        "view_activity", "verify_audit", "export_tenant",
    ]

    private static func name(_ code: String, _ services: Services) async throws -> Name {
        let tenant = try await services.tenants.getTenant(.init(tenantCode: code)).tenant
        return Name(code: code, id: tenant?.id ?? 0)
    }

    func request(_ name: Name, by field: MatrixTests.Field, _ beside: String) -> String {
        let tenant =
            switch field {
            case .code: #""tenantCode":"\#(name.code)""#
            case .id: #""tenantId":"\#(name.id)""#
            }
        return beside.isEmpty ? "{\(tenant)}" : "{\(tenant),\(beside)}"
    }

    /// Runs `body` for every kind of caller in turn.
    func callers(_ body: (Caller) async throws -> Void) async throws {
        // First, since the token is good for five minutes only.
        try await program("token", token, body)
        try await withClient(tls: deployment.administratorTLS) { client in
            try await body(
                Caller(
                    name: "administrator", client: client, options: .defaults,
                    isOfATenant: false,
                    reads: MatrixRequests.reads.union(MatrixRequests.platformReads),
                    isKnownWhileNotActive: true))
        }
        let service = try await deployment.clientTLS(
            name: Examples.code("matrix"), spiffeID: "spiffe://bfc-vyomo/service/matrix")
        try await withClient(tls: service) { client in
            try await body(
                Caller(
                    name: "service", client: client, options: .defaults, isOfATenant: false,
                    reads: MatrixRequests.questions, isKnownWhileNotActive: true))
            for (user, role) in Services.ranks {
                try await body(
                    Caller(
                        name: user, client: client, options: .acting(for: Self.ownUser(user)),
                        isOfATenant: true, reads: role == .admin ? MatrixRequests.reads : [],
                        isKnownWhileNotActive: true))
            }
        }
        try await program("key", key, body)
    }

    /// Runs `body` for a program of the own tenant's, with a key or a token of it.
    func program(
        _ name: String, _ credential: String, _ body: (Caller) async throws -> Void
    ) async throws {
        try await withClient(tls: deployment.anonymousTLS) { client in
            try await body(
                Caller(
                    name: name, client: client, options: .bearing(credential), isOfATenant: true,
                    reads: [], isKnownWhileNotActive: false))
        }
    }

    /// Another key of the own tenant's, for one thing alone.
    func key(for permission: String) async throws -> String {
        try await deployment.withServices(over: .unix) {
            try await $0.createKey(of: own.code, [permission]).apiKey
        }
    }

    func withClient<Value>(
        tls: ClientTLS, _ body: (TenancyClient) async throws -> Value
    ) async throws -> Value {
        try await deployment.withClient(tls: tls, body)
    }

    func setStatus(_ status: TenantStatus, of tenant: Name) async throws {
        try await deployment.withServices(over: .unix) { services in
            if status == .suspended {
                _ = try await services.tenants.suspendTenant(.init(tenantCode: tenant.code))
            } else {
                _ = try await services.tenants.deactivateTenant(.init(tenantCode: tenant.code))
            }
        }
    }

    func rowsOfForeign() async throws -> String {
        try await deployment.fingerprint(of: foreign.code)
    }
}
