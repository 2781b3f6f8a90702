internal import Postgres
internal import PostgresTestCluster
internal import Reactor
internal import Tenancy
internal import TenancyStore

/// A store on a database of its own, and the eyes of a superuser on the same database.
struct ServerFixture: Sendable {
    static let context = AuditContext(actor: "platform:root")

    let store: TenancyStore
    let superuser: PostgresClient

    static func with<Value: Sendable>(
        _ body: (ServerFixture) async throws -> Value
    ) async throws -> Value {
        let database = try TestCluster.shared().createDatabase()
        _ = try await TenancyStore.migrate(url: database.ownerURL) { $0 }
        let loops = try EventLoopGroup(count: 2, name: "test")
        var configuration = StoreConfiguration(url: database.applicationURL, connectionsMax: 8)
        // Many tests at once are at work, on machines of any speed.
        configuration.acquireTimeMax = .seconds(60)
        let store = TenancyStore(configuration: configuration, loops: loops)
        let superuser = PostgresClient(
            configuration: PostgresConfiguration(url: database.superuserURL), loops: loops)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(ServerFixture(store: store, superuser: superuser)))
        } catch {
            result = .failure(error)
        }
        await store.shutdown()
        await superuser.shutdown()
        loops.shutdown()
        return try result.get()
    }

    func createTenant(_ code: String) async throws -> TenantID {
        var draft = TenantDraft()
        draft.tenantCode = code
        draft.tenantName = "Tenant \(code)"
        draft.tenantType = .fintech
        draft.adminEmail = "admin@example.com"
        let creation = try TenantCreation(
            draft: draft, idempotencyKey: "", requestHash: [1], validateOnly: false)
        guard let tenant = try await store.createTenant(creation, context: Self.context) else {
            throw DomainError(.internalFailure, message: "a tenant was asked for")
        }
        return tenant.id
    }

    /// The only number that a query answers with.
    func number(_ text: String) async throws -> Int64 {
        let rows = try await superuser.query(.once(unsafeSQL: text))
        return try rows[0].decodeIfPresent(at: 0, as: Int64.self) ?? 0
    }
}
