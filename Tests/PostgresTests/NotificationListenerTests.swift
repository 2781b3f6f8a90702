internal import Testing

internal import PostgresTestCluster
internal import Reactor
@testable internal import Postgres

@Suite("LISTEN", .timeLimit(.minutes(10)))
struct NotificationListenerTests {
    @Test("notifications come, and a lost connection is made again and says so")
    func reconnect() async throws {
        let database = try TestCluster.shared().createDatabase()
        let group = try EventLoopGroup(count: 1, name: "test")
        let listener = NotificationListener(
            url: database.ownerURL, channels: ["changes"], loop: group.next())
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .connected)
        try database.psql("NOTIFY changes, 'one'")
        #expect(await events.next() == .notification(channel: "changes", payload: "one"))
        try database.psql(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        #expect(await events.next() == .connected)
        try database.psql("NOTIFY changes, 'two'")
        #expect(await events.next() == .notification(channel: "changes", payload: "two"))
        listener.stop()
        #expect(await events.next() == nil)
        try await BlockingThread.shared.run { group.shutdown() }
    }
}
