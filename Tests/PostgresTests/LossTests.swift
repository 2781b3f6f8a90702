internal import PostgresTestCluster
internal import Reactor
internal import Testing

@testable internal import Postgres

@Suite("Lost connections and cancelled tasks", .timeLimit(.minutes(10)))
struct LossTests {
    /// Waits until somebody runs a statement beginning with `prefix`, and does something to them.
    private func wait(
        for prefix: String, in database: TestDatabase, doing action: String = "pid"
    ) async throws {
        let script = """
            SELECT count(\(action)) FROM pg_stat_activity
            WHERE query LIKE '\(prefix)%' AND state = 'active' AND datname = current_database()
            """
        while try database.psql(script) == "0" {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test("a server that says why it ends the connection has done nothing")
    func terminated() async throws {
        try await withClient { client, database in
            var readOnly = TransactionSettings()
            readOnly.isReadOnly = true
            let attempts: [@Sendable () async throws -> Void] = [
                { _ = try await client.query("SELECT pg_sleep(600)") },
                { [readOnly] in
                    _ = try await client.pipeline(in: readOnly, ["SELECT pg_sleep(600)"])
                },
                {
                    try await client.withTransaction(TransactionSettings()) { transaction in
                        _ = try await transaction.query("SELECT pg_sleep(600)")
                    }
                },
            ]
            for attempt in attempts {
                let task = Task { try await attempt() }
                try await wait(
                    for: "SELECT pg_sleep", in: database, doing: "pg_terminate_backend(pid)")
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .connectionLost)
                #expect(error?.sqlState == .adminShutdown)
            }
        }
    }

    @Test("a crash leaves what might have been committed open, and nothing else")
    func crashed() async throws {
        let cluster = try TestCluster()
        let database = try cluster.createDatabase()
        var readOnly = TransactionSettings()
        readOnly.isReadOnly = true
        let attempts: [@Sendable (PostgresClient) async throws -> Void] = [
            { _ = try await $0.query("SELECT pg_sleep(601)") },
            { _ = try await $0.pipeline(in: .init(), ["SELECT pg_sleep(602)"]) },
            { [readOnly] in _ = try await $0.pipeline(in: readOnly, ["SELECT pg_sleep(603)"]) },
            {
                try await $0.withTransaction(TransactionSettings()) { transaction in
                    _ = try await transaction.query("SELECT pg_sleep(604)")
                }
            },
        ]
        let tasks = attempts.map { attempt in
            Task {
                try await withClient(url: database.ownerURL) { client in
                    try await attempt(client)
                }
            }
        }
        for number in 601...604 {
            try await wait(for: "SELECT pg_sleep(\(number)", in: database)
        }
        try cluster.stop(mode: "immediate")
        let codes: [PostgresError.Code] = [
            .outcomeUnknown, .outcomeUnknown, .connectionLost, .connectionLost,
        ]
        for (task, code) in zip(tasks, codes) {
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == code)
        }
    }

    @Test("a cancelled statement stops, says so, and the next one is not hit")
    func cancelled() async throws {
        try await withClient({ $0.connectionsMax = 1 }) { client, database in
            for _ in 0..<5 {
                let task = Task {
                    try await client.withTransaction(TransactionSettings()) { transaction in
                        _ = try await transaction.query("SELECT pg_sleep(600)")
                    }
                }
                try await wait(for: "SELECT pg_sleep", in: database)
                task.cancel()
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                for number in 0..<Int64(20) {
                    let rows = try await client.query("SELECT \(number) AS n")
                    #expect(try rows[0].decode("n", as: Int64.self) == number)
                }
            }
        }
    }

    @Test("cancelling at any moment never disturbs anybody else")
    func cancelledAnyTime() async throws {
        try await withClient({ $0.connectionsMax = 2 }) { client, _ in
            _ = try await client.query("CREATE TABLE t (n int8)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let task = Task {
                            if number.isMultiple(of: 2) {
                                _ = try await client.query("SELECT pg_sleep(600)")
                            } else {
                                try await client.withTransaction(.init()) { transaction in
                                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                                    _ = try await transaction.query("SELECT pg_sleep(600)")
                                }
                            }
                        }
                        for _ in 0..<(number % 17) { await Task.yield() }
                        task.cancel()
                        let error = await #expect(throws: PostgresError.self) {
                            try await task.value
                        }
                        #expect(error?.code == .cancelled)
                    }
                }
                try await group.waitForAll()
            }
            for number in 0..<Int64(50) {
                let rows = try await client.query("SELECT \(number) AS n")
                #expect(try rows[0].decode("n", as: Int64.self) == number)
            }
            let rows = try await client.query("SELECT count(*) AS n FROM t")
            #expect(try rows[0].decode("n", as: Int64.self) == 0)
        }
    }

    @Test("who is cancelled while waiting for a connection stops waiting")
    func cancelledWaiter() async throws {
        try await withClient(
            {
                $0.connectionsMax = 1
                $0.acquireTimeMax = .seconds(600)
            }, loops: 1
        ) { client, _ in
            try await client.withTransaction(TransactionSettings()) { transaction in
                _ = try await transaction.query("SELECT 1")
                for isLease in [true, false] {
                    let task = Task {
                        if isLease {
                            try await client.withTransaction(.init()) { _ in }
                        } else {
                            _ = try await client.query("SELECT 1")
                        }
                    }
                    task.cancel()
                    let error = await #expect(throws: PostgresError.self) { try await task.value }
                    #expect(error?.code == .cancelled)
                }
            }
        }
    }

    @Test("who waits longer than a pool allows is told so")
    func exhausted() async throws {
        try await withClient(
            {
                $0.connectionsMax = 1
                $0.acquireTimeMax = .milliseconds(20)
            }, loops: 1
        ) { client, _ in
            // However long connecting takes; the connection is there then.
            while (try? await client.query("SELECT 1")) == nil { try Task.checkCancellation() }
            try await client.withTransaction(TransactionSettings()) { transaction in
                _ = try await transaction.query("SELECT 1")
                let error = await #expect(throws: PostgresError.self) {
                    try await client.query("SELECT 1")
                }
                #expect(error?.code == .poolExhausted)
            }
        }
    }

    @Test(
        "a server that is not there is named as the reason",
        arguments: [
            "host=/nonexistent dbname=x", "host=127.0.0.1 port=1 dbname=x",
        ])
    func unreachable(url: String) async throws {
        try await withClient(url: url, { $0.acquireTimeMax = .milliseconds(100) }) { client in
            var error: PostgresError?
            // Until the first attempt has failed, only that there is none is known.
            while error?.code != .connectionLost {
                try Task.checkCancellation()
                error = await #expect(throws: PostgresError.self) {
                    try await client.query("SELECT 1")
                }
            }
            #expect(error?.message.contains("connection to server") == true)
        }
    }

    @Test("a client that was shut down refuses, also after its loops have stopped")
    func shutDown() async throws {
        let group = try EventLoopGroup(count: 1, name: "test")
        let client = PostgresClient(
            configuration: PostgresConfiguration(url: "host=/nonexistent"), loops: group)
        async let waiting: Void = {
            let error = await #expect(throws: PostgresError.self) {
                try await client.query("SELECT 1")
            }
            #expect(error?.code == .closed || error?.code == .connectionLost)
        }()
        await client.shutdown()
        await waiting
        try await BlockingThread.shared.run { group.shutdown() }
        let error = await #expect(throws: PostgresError.self) {
            try await client.query("SELECT 1")
        }
        #expect(error?.code == .closed)
    }
}
