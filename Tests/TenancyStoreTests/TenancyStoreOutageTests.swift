internal import Postgres
internal import Tenancy
internal import TenancyStore
internal import Testing

@Suite struct TenancyStoreOutageTests {
    @Test("A session that was ended is replaced, and a read does not notice")
    func endedSessions() async throws {
        try await StoreFixture.with { fixture in
            let id = try #require(TenantID(1))
            _ = try await fixture.store.tenant(id)
            for _ in 0..<5 {
                _ = try await fixture.superuser.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE usename = 'tenancy_app' AND datname = current_database()
                    """)
                let result = try await code { try await fixture.store.tenant(id) }
                #expect(result == nil || result == .unavailable)
            }
            _ = try await fixture.store.tenant(id)
        }
    }
}
