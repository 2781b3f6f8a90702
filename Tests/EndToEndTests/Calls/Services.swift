internal import TTRPC
internal import TenancyAPI
internal import TenancyClient

/// The stubs of every service over one connection.
struct Services: Sendable {
    let tenants: TenantServiceClient
    let users: UserServiceClient
    let subscriptions: SubscriptionServiceClient
    let quotas: QuotaServiceClient
    let apiKeys: ApiKeyServiceClient
    let access: AccessServiceClient
    let tokens: TokenServiceClient
    let configurations: ConfigurationServiceClient
    let activity: ActivityServiceClient
    let health: Grpc_Health_V1_HealthClient

    init(_ client: TenancyClient) {
        tenants = client.tenants
        users = client.users
        subscriptions = client.subscriptions
        quotas = client.quota
        apiKeys = client.apiKeys
        access = client.access
        tokens = client.tokens
        configurations = client.configurations
        activity = client.activity
        health = client.health
    }

    /// Makes a starter tenant of the test's own and answers its code.
    func createTenant(_ name: String) async throws -> String {
        let code = Examples.code(name)
        _ = try await tenants.createTenant(Examples.newTenant(code: code))
        return code
    }

    /// Takes units of a tenant; committed, so that whoever looks next sees them.
    @discardableResult
    func consume(
        _ amount: UInt64, _ resource: Resource, of code: String, key: String = "",
        durability: Durability = .committed
    ) async throws(RPCError) -> ConsumeResponse {
        try await quotas.consume(
            ConsumeRequest(
                tenantCode: code, resource: resource, amount: amount, durability: durability,
                idempotencyKey: key))
    }

    /// Asks whether one unit is left.
    @discardableResult
    func check(
        _ resource: Resource = .apiCalls, of code: String, options: CallOptions = .defaults
    ) async throws(RPCError) -> CheckQuotaResponse {
        try await quotas.checkQuota(
            CheckQuotaRequest(tenantCode: code, resource: resource, amount: 1),
            options: options)
    }
}
