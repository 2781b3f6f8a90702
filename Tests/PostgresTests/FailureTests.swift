internal import PostgresTestCluster
internal import Reactor
internal import Testing

@testable internal import Postgres

@Suite("Failures of statements", .timeLimit(.minutes(10)))
struct FailureTests {
    @Test("what fails only at its commit fails alone, and no answer is mixed up")
    func deferredConstraint() async throws {
        try await withClient({ $0.connectionsMax = 1 }) { client, _ in
            _ = try await client.query(
                "CREATE TABLE t (n int8 UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            _ = try await client.query("INSERT INTO t VALUES (1)")
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<Int64(60) {
                    group.addTask {
                        if number.isMultiple(of: 3) {
                            let error = await #expect(throws: PostgresError.self) {
                                try await client.query("INSERT INTO t VALUES (1)")
                            }
                            #expect(error?.sqlState == .uniqueViolation)
                        } else {
                            let rows = try? await client.query("SELECT \(number) AS n")
                            let answer = try? rows?.first?.decode("n", as: Int64.self)
                            #expect(answer == number)
                        }
                    }
                }
            }
            let error = await #expect(throws: PostgresError.self) {
                try await client.pipeline(in: .init(), ["INSERT INTO t VALUES (1)", "SELECT 1"])
            }
            #expect(error?.sqlState == .uniqueViolation)
            let rows = try await client.query("SELECT count(*) AS n FROM t")
            #expect(try rows[0].decode("n", as: Int64.self) == 1)
        }
    }

    @Test("a transaction that goes on after a failed statement does not call itself committed")
    func swallowedFailure() async throws {
        try await withClient { client, _ in
            _ = try await client.query("CREATE TABLE t (n int8)")
            for isFirst in [true, false] {
                let error = await #expect(throws: PostgresError.self) {
                    try await client.withTransaction(TransactionSettings()) { transaction in
                        if !isFirst { _ = try await transaction.query("INSERT INTO t VALUES (1)") }
                        _ = try? await transaction.query("SELECT 1 / \(Int64(0))")
                    }
                }
                #expect(error?.code == .aborted)
            }
            let rows = try await client.query("SELECT count(*) AS n FROM t")
            #expect(try rows[0].decode("n", as: Int64.self) == 0)
        }
    }

    @Test("a first statement that cannot be sent does not lose the transaction's beginning")
    func unsendableFirst() async throws {
        try await withClient { client, _ in
            var settings = TransactionSettings([
                .once(unsafeSQL: "SET LOCAL application_name = 'scoped'")
            ])
            settings.isReadOnly = true
            let name = try await client.withTransaction(settings) { transaction in
                await #expect(throws: PostgresError.self) {
                    try await transaction.query("SELECT \("\0")")
                }
                return try await transaction.query(
                    "SELECT current_setting('application_name') AS name")[0]
                    .decode("name", as: String.self)
            }
            #expect(name == "scoped")
        }
    }

    @Test("a transaction is of no use after its closure")
    func escaped() async throws {
        try await withClient({ $0.connectionsMax = 1 }) { client, _ in
            let escaped = try await client.withTransaction(TransactionSettings()) { transaction in
                _ = try await transaction.query("SELECT 1")
                return transaction
            }
            let error = await #expect(throws: PostgresError.self) {
                try await escaped.query("SELECT 1")
            }
            #expect(error?.code == .closed)
        }
    }

    @Test("a statement that leaves a transaction open costs its connection, nobody else's rows")
    func leftOpen() async throws {
        try await withClient({ $0.connectionsMax = 1 }, loops: 1) { client, _ in
            // What is done is done; the connection goes.
            _ = try await client.query("BEGIN")
            _ = try await client.query("CREATE TABLE t (n int8)")
            let rows = try await client.query("SELECT to_regclass('t') IS NOT NULL AS there")
            #expect(try rows[0].decode("there", as: Bool.self))
        }
    }

    @Test("statements go on after their tables have changed")
    func changedTables() async throws {
        try await withClient({ $0.connectionsMax = 1 }, loops: 1) { client, database in
            _ = try await client.query("CREATE TABLE t AS SELECT 1::int8 AS n")
            let all: SQL = "SELECT * FROM t"
            #expect(try await client.query(all).count == 1)
            try database.psql("ALTER TABLE t ADD COLUMN m int8")
            // Once it may fail: Postgres does not change what a prepared statement answers.
            let error = await #expect(throws: PostgresError.self) { try await client.query(all) }
            #expect(error?.sqlState == .featureNotSupported)
            #expect(try await client.query(all).count == 1)
        }
    }

    @Test("the same text with values of another type is understood")
    func types() async throws {
        try await withClient({ $0.connectionsMax = 1 }) { client, _ in
            for _ in 0..<2 {
                let rows = try await client.query("SELECT \(Int64(7)) AS x")
                #expect(try rows[0].decode("x", as: Int64.self) == 7)
                let texts = try await client.query("SELECT \("seven") AS x")
                #expect(try texts[0].decode("x", as: String.self) == "seven")
            }
        }
    }

    @Test("a column is not read as what it is not")
    func columnTypes() async throws {
        try await withClient { client, _ in
            let row = try await client.query(
                "SELECT 0::numeric AS numeric, now() AS time, '{}'::jsonb AS json, 1::int2 AS small"
            )[0]
            #expect(throws: PostgresError.self) { try row.decode("numeric", as: Int64.self) }
            #expect(throws: PostgresError.self) { try row.decode("time", as: Int64.self) }
            #expect(throws: PostgresError.self) { try row.decode("json", as: String.self) }
            #expect(try row.decode("small", as: Int64.self) == 1)
        }
    }

    @Test("no error shows a value in its description")
    func secrets() async throws {
        try await withClient { client, _ in
            _ = try await client.query("CREATE TABLE t (name text PRIMARY KEY, small int2)")
            let secret = "secret-4711"
            _ = try await client.query("INSERT INTO t VALUES (\(secret))")
            let statements: [SQL] = [
                "INSERT INTO t VALUES (\(secret))", "SELECT (\(secret) || '')::int8",
                "INSERT INTO t VALUES (\(secret), 70000)", "SELECT \(secret)::uuid",
                "SELECT \(secret)::timestamptz",
            ]
            for sql in statements {
                let error = try #require(
                    await #expect(throws: PostgresError.self) { try await client.query(sql) })
                #expect(error.sqlState != nil)
                for text in ["\(error)", String(reflecting: error), "\(sql)"] {
                    #expect(!text.contains("4711"))
                }
            }
        }
    }

    @Test("without prepared statements everything is sent whole, and works the same")
    func unprepared() async throws {
        try await withClient({
            $0.preparesStatements = false
            $0.connectionsMax = 1
        }) { client, _ in
            let rows = try await client.pipeline(
                in: TransactionSettings(),
                ["SELECT \(Int64(1)) AS n", "SELECT count(*) AS n FROM pg_prepared_statements"])
            #expect(try rows.map { try $0[0].decode("n", as: Int64.self) } == [1, 0])
        }
    }
}
