internal import Testing

internal import PostgresTestCluster
internal import Reactor
@testable internal import Postgres

@Suite("Postgres client", .timeLimit(.minutes(10)))
struct PostgresClientTests {
    @Test("values of every type come back as they went, NULL too")
    func values() async throws {
        try await withClient { client, _ in
            let bytes: [UInt8] = [0, 1, 255]
            let when = PostgresTimestamp(microseconds: 1_770_854_400_123_456)
            let rows = try await client.query(
                """
                SELECT \(Int64.min) AS a, \(Int32.max) AS b, \(true) AS c, \(-0.5) AS d,
                    \("naïve ☃") AS e, \(PostgresBytes(bytes)) AS f, \(when) AS g,
                    \(PostgresJSON(text: #"{"x": [1, 2.50]}"#)) AS h,
                    \(PostgresArray<Int64>([1, -2])) AS i, \(PostgresArray<String>([])) AS j,
                    \(optional: Int64?.none) AS k, \(PostgresDate(days: 20_000)) AS l
                """)
            let row = try #require(rows.first)
            #expect(try row.decode("a", as: Int64.self) == .min)
            #expect(try row.decode("b", as: Int32.self) == .max)
            #expect(try row.decode("c", as: Bool.self))
            #expect(try row.decode("d", as: Double.self) == -0.5)
            #expect(try row.decode("e", as: String.self) == "naïve ☃")
            #expect(try row.decode("f", as: [UInt8].self) == bytes)
            #expect(try row.decode("g", as: PostgresTimestamp.self) == when)
            #expect(try row.decode("h", as: PostgresJSON.self).text == #"{"x": [1, 2.50]}"#)
            #expect(try row.decode("i", as: PostgresArray<Int64>.self).elements == [1, -2])
            #expect(try row.decode("j", as: PostgresArray<String>.self).elements.isEmpty)
            let null = try row.decodeIfPresent("k", as: Int64.self)
            #expect(null == nil)
            #expect(try row.decode("l", as: PostgresDate.self).days == 20_000)
            #expect(throws: PostgresError.self) { try row.decode("k", as: Int64.self) }
            #expect(throws: PostgresError.self) { try row.decode("nothing", as: Int64.self) }
        }
    }

    @Test("what cannot be sent is refused before it is sent")
    func unsendable() async throws {
        try await withClient { client, _ in
            for sql in ["SELECT \("a\0b")", "SELECT \(UInt64.max)"] as [SQL] {
                let error = await #expect(throws: PostgresError.self) {
                    try await client.query(sql)
                }
                #expect(error?.code == .encoding)
            }
        }
    }

    @Test("ten thousand queries share the connections, and each gets its own answer")
    func pipelining() async throws {
        try await withClient { client, _ in
            let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<Int64(10_000) {
                    group.addTask {
                        let rows = try await client.query("SELECT \(number) * 2 AS twice")
                        let twice = try rows[0].decode("twice", as: Int64.self)
                        return twice == number * 2 ? 1 : 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 10_000)
        }
    }

    @Test("a statement that fails leaves those around it alone")
    func isolation() async throws {
        try await withClient { client, _ in
            let failures = await withTaskGroup(of: SQLState?.self) { group in
                for number in 0..<Int64(300) {
                    group.addTask {
                        do {
                            let sql: SQL =
                                number.isMultiple(of: 3)
                                ? "SELECT 1 / \(number - number)" : "SELECT \(number)"
                            _ = try await client.query(sql)
                            return nil
                        } catch {
                            return (error as? PostgresError)?.sqlState
                        }
                    }
                }
                return await group.reduce(into: [SQLState]()) { all, state in
                    if let state { all.append(state) }
                }
            }
            #expect(failures == [SQLState](repeating: SQLState(rawValue: "22012"), count: 100))
        }
    }

    @Test("a pipeline is one transaction: a failure undoes it all and the connection goes on")
    func pipelineTransaction() async throws {
        try await withClient({ $0.connectionsMax = 1 }) { client, _ in
            _ = try await client.query("CREATE TABLE t (n int8 PRIMARY KEY)")
            let first = await #expect(throws: PostgresError.self) {
                try await client.pipeline(
                    in: TransactionSettings(),
                    ["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)", "SELECT 1"])
            }
            #expect(first?.sqlState == .uniqueViolation)
            #expect(first?.constraint == "t_pkey")
            #expect("\(first.map(String.init(describing:)) ?? "")".contains("(1)") == false)
            let rows = try await client.pipeline(
                in: TransactionSettings([.once(unsafeSQL: "SET LOCAL application_name = 'x'")]),
                [
                    "INSERT INTO t VALUES (2)", "SELECT count(*) AS n FROM t",
                    "SELECT current_setting('application_name') AS name",
                ])
            #expect(try rows[1][0].decode("n", as: Int64.self) == 1)
            #expect(try rows[2][0].decode("name", as: String.self) == "x")
            let after = try await client.query("SELECT current_setting('application_name') AS name")
            #expect(try after[0].decode("name", as: String.self) == "tenancyd")
        }
    }

    @Test("a transaction commits what returns and undoes what throws")
    func transactions() async throws {
        struct Abandoned: Error {}
        try await withClient { client, _ in
            _ = try await client.query("CREATE TABLE t (n int8)")
            try await client.withTransaction(TransactionSettings()) { transaction in
                _ = try await transaction.query("INSERT INTO t VALUES (1)")
            }
            await #expect(throws: Abandoned.self) {
                try await client.withTransaction(TransactionSettings()) { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (2)")
                    throw Abandoned()
                }
            }
            let rows = try await client.query("SELECT n FROM t")
            #expect(try rows.map { try $0.decode("n", as: Int64.self) } == [1])
        }
    }

    @Test("a cancelled task stops its statement, and the connection goes on")
    func cancellation() async throws {
        try await withClient({ $0.connectionsMax = 1 }) { client, database in
            _ = try await client.query("CREATE TABLE t (n int8)")
            let task = Task {
                try await client.withTransaction(TransactionSettings()) { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try await transaction.query("SELECT pg_sleep(600)")
                }
            }
            while try database.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'") == "0"
            { await Task.yield() }
            task.cancel()
            await #expect(throws: PostgresError.self) { try await task.value }
            let rows = try await client.query("SELECT count(*) AS n FROM t")
            #expect(try rows[0].decode("n", as: Int64.self) == 0)
        }
    }

    @Test("a connection that is killed fails what is under way, and another takes its place")
    func killed() async throws {
        try await withClient({ $0.connectionsMax = 1 }) { client, database in
            let sleeping = Task { try await client.query("SELECT pg_sleep(600)") }
            let kill = """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database()
                """
            while try database.psql(kill) == "0" { await Task.yield() }
            let error = await #expect(throws: PostgresError.self) { try await sleeping.value }
            #expect([.outcomeUnknown, .connectionLost, .server].contains(error?.code))
            let rows = try await client.query("SELECT 1::int8 AS one")
            #expect(try rows[0].decode("one", as: Int64.self) == 1)
        }
    }

    @Test("the pool never holds more connections than its limit")
    func bounded() async throws {
        try await withClient({
            $0.connectionsMax = 2
            $0.applicationName = "bounded"
        }) { client, _ in
            let counts = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await client.withTransaction(TransactionSettings()) { transaction in
                            let rows = try await transaction.query(
                                """
                                SELECT count(*) AS n FROM pg_stat_activity
                                WHERE application_name = 'bounded'
                                """)
                            return try rows[0].decode("n", as: Int64.self)
                        }
                    }
                }
                return try await group.reduce(into: [Int64]()) { $0.append($1) }
            }
            // Two loops, a pool of two each.
            #expect(counts.allSatisfy { (1...4).contains($0) })
        }
    }

    @Test("more statements than the cache holds are forgotten and prepared anew")
    func statementCache() async throws {
        try await withClient({
            $0.connectionsMax = 1
            $0.preparedStatementsMax = 4
        }) { client, _ in
            for round in 0..<3 {
                for number in 0..<10 {
                    let sql = SQL(unsafeSQL: "SELECT \(number)::int8 AS n")
                    let rows = try await client.query(sql)
                    #expect(try rows[0].decode("n", as: Int64.self) == Int64(number), "\(round)")
                }
            }
        }
    }

    @Test("values of a megabyte and ten thousand rows come through")
    func large() async throws {
        try await withClient { client, _ in
            let text = String(repeating: "x", count: 1 << 20)
            let rows = try await client.query("SELECT \(text) AS t")
            #expect(try rows[0].decode("t", as: String.self) == text)
            let many = try await client.query("SELECT n FROM generate_series(1::int8, 10000) AS n")
            #expect(many.count == 10_000)
        }
    }

    @Test("a server that goes and comes back is found again, without a new client")
    func restart() async throws {
        let cluster = try TestCluster()
        let database = try cluster.createDatabase()
        try await withClient(on: database, { $0.acquireTimeMax = .milliseconds(200) }) {
            client, _ in
            while (try? await client.query("SELECT 1")) == nil { try Task.checkCancellation() }
            try cluster.stop(mode: "immediate")
            await #expect(throws: PostgresError.self) { try await client.query("SELECT 1") }
            try cluster.start()
            var answered = false
            while !answered {
                answered = (try? await client.query("SELECT 1")) != nil
            }
            #expect(answered)
        }
    }
}
