internal import Postgres
internal import PostgresTestCluster
internal import Reactor
internal import Tenancy
internal import TenancyStore

/// A store on a database of its own, and the eyes of a superuser on the same database.
struct StoreFixture: Sendable {
    static let context = AuditContext(
        actor: "platform:root", address: "192.0.2.1", userAgent: "tests/1")

    let store: TenancyStore
    let superuser: PostgresClient

    static func with<Value: Sendable>(
        _ body: (StoreFixture) async throws -> Value
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
        let fixture = StoreFixture(store: store, superuser: superuser)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(fixture))
        } catch {
            result = .failure(error)
        }
        await store.shutdown()
        await superuser.shutdown()
        loops.shutdown()
        return try result.get()
    }

    /// The only number that a query answers with.
    func number(_ text: String) async throws -> Int64 {
        let rows = try await superuser.query(.once(unsafeSQL: text))
        return try rows[0].decodeIfPresent(at: 0, as: Int64.self) ?? 0
    }

    func createTenant(
        _ code: String, domain: String = "", change: (inout TenantDraft) -> Void = { _ in }
    ) async throws -> Tenant {
        let creation = try Self.creation(code, domain: domain, change: change)
        guard let tenant = try await store.createTenant(creation, context: Self.context) else {
            throw DomainError(.internalFailure, message: "a tenant was asked for")
        }
        return tenant
    }

    static func creation(
        _ code: String, domain: String = "", key: String = "", hash: [UInt8] = [1],
        validateOnly: Bool = false, change: (inout TenantDraft) -> Void = { _ in }
    ) throws -> TenantCreation {
        var draft = TenantDraft()
        draft.tenantCode = code
        draft.tenantName = "Tenant \(code)"
        draft.tenantType = .fintech
        draft.adminEmail = "admin@example.com"
        draft.domain = domain
        change(&draft)
        return try TenantCreation(
            draft: draft, idempotencyKey: key, requestHash: hash, validateOnly: validateOnly)
    }

    static func consumption(
        of tenant: TenantID, _ amount: UInt64, resource: Resource = .apiCalls, key: String = "",
        hash: [UInt8] = [1], validateOnly: Bool = false
    ) throws -> Consumption {
        try ConsumeRequest(
            tenantCode: "", tenantID: tenant.rawValue, resource: resource, amount: amount,
            durability: .committed, userID: "", idempotencyKey: key, requestHash: hash,
            validateOnly: validateOnly
        ).consumption(of: tenant, user: nil, context: context)
    }
}

/// The code of the domain error that an attempt ends with, or nil when it succeeds.
func code<Value>(
    of attempt: () async throws -> Value
) async throws -> DomainError.Code? {
    do {
        _ = try await attempt()
        return nil
    } catch let error as DomainError {
        return error.code
    }
}
