internal import PostgresTestCluster
internal import Reactor

@testable internal import Postgres

/// A client for the length of a test, on a fresh database when none is given.
func withClient<Value: Sendable>(
    on database: TestDatabase? = nil,
    _ change: (inout PostgresConfiguration) -> Void = { _ in }, loops: Int = 2,
    _ body: (PostgresClient, TestDatabase) async throws -> Value
) async throws -> Value {
    let database = try database ?? TestCluster.shared().createDatabase()
    return try await withClient(url: database.ownerURL, change, loops: loops) { client in
        try await body(client, database)
    }
}

func withClient<Value: Sendable>(
    url: String, _ change: (inout PostgresConfiguration) -> Void = { _ in }, loops: Int = 2,
    _ body: (PostgresClient) async throws -> Value
) async throws -> Value {
    let group = try EventLoopGroup(count: loops, name: "test")
    var configuration = PostgresConfiguration(url: url)
    // Hundreds of tests share the machine: who has to wait for a connection may wait long. A test
    // about the limit sets it.
    configuration.acquireTimeMax = .seconds(300)
    change(&configuration)
    let client = PostgresClient(configuration: configuration, loops: group)
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(client))
    } catch {
        result = .failure(error)
    }
    await client.shutdown()
    try await BlockingThread.shared.run { group.shutdown() }
    return try result.get()
}
