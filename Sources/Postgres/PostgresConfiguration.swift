/// How Postgres is reached, and what may be taken of it.
package struct PostgresConfiguration: Sendable {
    /// A libpq URL or keyword string. It may hold a password and is never logged.
    package var url: String
    /// What `pg_stat_activity` shows.
    package var applicationName = "tenancyd"
    /// How many connections the pool of one loop may hold.
    package var connectionsMax = 8
    /// How many requests may be under way on one connection at once.
    package var pipelineDepthMax = 64
    /// How many requests may wait for a connection of one pool; one more is refused.
    package var waitersMax = 10_000
    /// How many statements stay prepared on one connection.
    package var preparedStatementsMax = 256
    /// How long a request waits for a connection.
    package var acquireTimeMax = Duration.seconds(5)
    /// How long connecting may take, in whole seconds, as libpq counts.
    package var connectTimeMaxSeconds = 5
    /// The pause after a failed attempt to connect; doubled each time up to the larger one.
    package var backoffMin = Duration.milliseconds(20)
    package var backoffMax = Duration.seconds(2)
    /// Whether statements are prepared under names. A pooler in transaction mode that does not
    /// follow prepared statements needs them sent whole each time.
    package var preparesStatements = true

    package init(url: String) {
        self.url = url
    }
}
