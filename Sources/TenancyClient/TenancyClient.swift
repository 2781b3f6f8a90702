public import TTRPC
internal import TTRPCInstrumentation
public import TenancyAPI

/// The tenancy service as a caller sees it: one connection pool, and a stub for each service.
///
/// ```swift
/// let tenancy = try TenancyClient(socketPath: "/run/tenancyd.sock")
/// var request = CheckQuotaRequest()
/// request.tenantCode = "acme"
/// request.resource = .users
/// request.amount = 1
/// let answer = try await tenancy.quota.checkQuota(request)
/// await tenancy.close()
/// ```
public struct TenancyClient: Sendable {
    /// What the stubs call through; also for methods that have no stub here.
    public let caller: TTRPCClient

    /// Connects, with the first call, to a Unix socket in plain text. Who calls is known to the
    /// server from the kernel, so credentials are rarely needed.
    ///
    /// - Throws: `RuntimeError` for a path over the kernel's 107 bytes.
    public init(
        socketPath: String, credentials: Credentials? = nil,
        configuration: ClientConfiguration = .init()
    ) throws(RuntimeError) {
        try self.init(
            address: .unix(path: socketPath), tls: nil, credentials: credentials,
            configuration: configuration)
    }

    /// Connects, with the first call, through TLS 1.3.
    ///
    /// - Parameter tls: The roots to trust, and the client's certificate where it has one.
    /// - Throws: `RuntimeError` when the process is out of descriptors. A certificate that cannot
    ///   be used fails the calls, with `UNAVAILABLE` naming the file.
    public init(
        host: String, port: UInt16, tls: ClientTLS, credentials: Credentials? = nil,
        configuration: ClientConfiguration = .init()
    ) throws(RuntimeError) {
        try self.init(
            address: .tcp(host: host, port: port), tls: tls, credentials: credentials,
            configuration: configuration)
    }

    private init(
        address: SocketAddress, tls: ClientTLS?, credentials: Credentials?,
        configuration: ClientConfiguration
    ) throws(RuntimeError) {
        var configuration = configuration
        // The server behind it is always one that understands.
        configuration.tellsOfUnaryCallsGivenUp = true
        if let credentials { configuration.interceptors.append(credentials) }
        // A caller that traces expects its trace to go on; for one that does not it costs a look.
        configuration.interceptors.append(ClientTracing())
        caller = try TTRPCClient(address: address, tls: tls, configuration: configuration)
    }

    /// Tenants: the register, their life, analytics, export.
    public var tenants: TenantServiceClient { TenantServiceClient(caller) }

    /// Users of tenants, their roles, invitations and logins.
    public var users: UserServiceClient { UserServiceClient(caller) }

    /// Subscriptions and plans.
    public var subscriptions: SubscriptionServiceClient { SubscriptionServiceClient(caller) }

    /// Quotas: check, consume, usage.
    public var quota: QuotaServiceClient { QuotaServiceClient(caller) }

    /// API keys: create, revoke, verify.
    public var apiKeys: ApiKeyServiceClient { ApiKeyServiceClient(caller) }
    /// Roles and grants, and who may do what.
    public var access: AccessServiceClient { AccessServiceClient(caller) }

    /// Tenant tokens: exchange, key set, introspection, revocation.
    public var tokens: TokenServiceClient { TokenServiceClient(caller) }

    /// White-label settings.
    public var configurations: ConfigurationServiceClient { ConfigurationServiceClient(caller) }

    /// The audit trail.
    public var activity: ActivityServiceClient { ActivityServiceClient(caller) }

    /// Whether the service is ready to serve.
    public var health: Grpc_Health_V1_HealthClient { Grpc_Health_V1_HealthClient(caller) }

    /// Ends every call in flight and closes the connections.
    public func close() async {
        await caller.close()
    }
}
