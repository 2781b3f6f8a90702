internal import Postgres
internal import Reactor
internal import Synchronization
internal import Tenancy
@testable internal import TenancyStore
internal import Testing

/// The feed on a real Postgres.
@Suite("The feed of changes") struct ChangeFeedTests {
    /// What a fixture's feed tells, look by look.
    private final class Log: ChangeFollower {
        private let heard = Mutex<[TenantChanges]>([])

        func absorb(_ changes: TenantChanges, asOf: MonotonicInstant) {
            heard.withLock { $0.append(changes) }
        }

        func forget(_ tenant: TenantID) {}

        /// The tenants of the last look; nil when any may have changed.
        var last: [Int64]? {
            guard case .of(let tenants)? = heard.withLock({ $0.last }) else { return nil }
            return tenants.map(\.rawValue).sorted()
        }
    }

    /// Changes something past the server, and looks.
    private struct Look: Sendable {
        let fixture: StoreFixture
        let log: Log

        func callAsFunction(after statement: String? = nil) async throws -> [Int64]? {
            if let statement {
                _ = try await fixture.superuser.query(.once(unsafeSQL: statement))
            }
            // A look fails rather than take longer than its answer is worth; a busy machine may
            // need more than one.
            while true {
                do {
                    try await fixture.store.lookAtChanges()
                    return log.last
                } catch let error as DomainError where error.code == .deadlineExceeded {}
            }
        }
    }

    private func withFeed(_ body: (StoreFixture, Look) async throws -> Void) async throws {
        try await StoreFixture.with { fixture in
            for code in ["one", "two", "three"] { _ = try await fixture.createTenant(code) }
            let look = Look(fixture: fixture, log: Log())
            fixture.store.changes.add(look.log)
            #expect(try await look() == nil, "the first look knows nothing of before")
            try await body(fixture, look)
        }
    }

    @Test("tells each change once, by whoever and however it was made")
    func eachOnce() async throws {
        try await withFeed { fixture, look async throws in
            #expect(try await look() == [])
            let changes: [(String, [Int64])] = [
                ("UPDATE tenants SET tenant_name = 'New' WHERE id IN (2, 4)", [2, 4]),
                ("SELECT 1", []),
                (
                    """
                    INSERT INTO tenant_users (tenant_id, user_id, role)
                    VALUES (3, 'u', 'manager')
                    """, [3]
                ),
                ("UPDATE tenant_users SET role = 'viewer' WHERE user_id = 'u'", [3]),
                ("UPDATE tenant_subscriptions SET max_users = 11 WHERE tenant_id = 2", [2]),
                ("DELETE FROM tenant_users", [3]),
            ]
            for (statement, tenants) in changes {
                #expect(try await look(after: statement) == tenants, "\(statement)")
            }
        }
    }

    @Test("does not tell counters, logins, or what was rolled back")
    func notTold() async throws {
        try await withFeed { fixture, look async throws in
            _ = try await look(
                after:
                    "INSERT INTO tenant_users (tenant_id, user_id, role) SELECT 3, 'u', 'user'")
            let tenant = try #require(TenantID(2))
            _ = try await fixture.store.consume(StoreFixture.consumption(of: tenant, 1))
            #expect(try await look() == [])
            #expect(
                try await look(after: "UPDATE tenant_users SET last_login_at = clock_timestamp()")
                    == [])
            try? await fixture.superuser.withTransaction(TransactionSettings()) { transaction in
                _ = try await transaction.query("UPDATE tenants SET tenant_name = 'Not kept'")
                throw CancellationError()
            }
            #expect(try await look() == [])
        }
    }

    @Test("misses no transaction that was overtaken by a later one")
    func overlapping() async throws {
        try await withFeed { fixture, look async throws in
            try await fixture.superuser.withTransaction(TransactionSettings()) { early in
                // Its number is drawn now, before that of the change that overtakes it.
                _ = try await early.query("UPDATE tenants SET tenant_name = 'E' WHERE id = 2")
                for name in ["one", "two", "three"] {
                    #expect(
                        try await look(
                            after: "UPDATE tenants SET tenant_name = '\(name)' WHERE id = 3")
                            == [3])
                    #expect(try await look() == [])
                }
            }
            #expect(try await look() == [2])
            #expect(try await look() == [])
        }
    }

    @Test("tells that any tenant may have changed when more have than it tells apart")
    func manyChanges() async throws {
        try await withFeed { fixture, look async throws in
            #expect(
                try await look(
                    after: """
                        INSERT INTO tenant_change_feed
                        SELECT 1000 + n, pg_current_xact_id()
                        FROM generate_series(0, \(ChangeFeed.changesMax)) AS n
                        """) == nil)
            #expect(try await look() == [])
        }
    }

    @Test("makes a changed status and a changed role show, and is what lets them be remembered")
    func standings() async throws {
        try await withFeed { fixture, look async throws in
            let tenant = try #require(TenantID(2))
            _ = try await look(
                after:
                    "INSERT INTO tenant_users (tenant_id, user_id, role) SELECT 2, 'u', 'user'")
            func standing() async throws -> TenantStanding? {
                try await fixture.store.standing(of: .id(tenant), user: "u")
            }
            // The look and the reading must fall within the second that is trusted, which may take
            // more than one try on a busy machine.
            repeat {
                _ = try await look()
                #expect(try await standing()?.membership?.role == .user)
            } while fixture.store.standings.value("u", of: tenant) == nil
            _ = try await look(after: "UPDATE tenant_users SET role = 'viewer' WHERE tenant_id = 2")
            #expect(try await standing()?.membership?.role == .viewer)
            _ = try await look(after: "UPDATE tenants SET status = 'suspended' WHERE id = 2")
            #expect(try await standing()?.status == .suspended)
            _ = try await look(after: "DELETE FROM tenant_users")
            #expect(try await standing()?.membership == nil)
        }
    }

    @Test("is not waited for by what this server takes itself")
    func ownConsumption() async throws {
        try await withFeed { fixture, look async throws in
            let tenant = try #require(TenantID(2))
            for taken in 1...5 as ClosedRange<UInt64> {
                _ = try await fixture.store.consume(StoreFixture.consumption(of: tenant, 1))
                let answer = try await fixture.store.check(tenant, resource: .apiCalls, amount: 1)
                #expect(answer.status.current == taken)
            }
        }
    }
}
