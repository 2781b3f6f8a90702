package import Reactor

/// What the rest of the program speaks to Postgres through: a pool on each loop.
///
/// A caller on a loop uses that loop's pool and never leaves its thread; any other caller is served
/// by the loops in turn.
package final class PostgresClient: Sendable {
    private let pools: [LoopBound<Pool>]
    private let group: EventLoopGroup

    package init(configuration: PostgresConfiguration, loops: EventLoopGroup) {
        pools = loops.loops.map {
            LoopBound(Pool(configuration: configuration, loop: $0), loop: $0)
        }
        group = loops
    }

    /// Runs one statement. It fails or succeeds alone.
    ///
    /// A task that is cancelled is answered at once, and its statement stopped on the server.
    ///
    /// - Throws: `PostgresError`; nothing has happened then, unless the code is
    ///   `.outcomeUnknown` or `.cancelled`.
    package func query(_ sql: SQL) async throws(PostgresError) -> [Row] {
        try await submit([sql], isTransaction: false, mayCommit: true, party: nil).first ?? []
    }

    /// Runs statements in one transaction and one round trip: BEGIN, the settings, the statements,
    /// COMMIT. The rows of each statement, in order.
    ///
    /// - Throws: `PostgresError`; nothing has happened then, unless the code is
    ///   `.outcomeUnknown` or `.cancelled`. What is read-only is never `.outcomeUnknown`.
    package func pipeline(
        in settings: TransactionSettings, _ statements: [SQL]
    ) async throws(PostgresError) -> [[Row]] {
        let opening = settings.opening
        let rows = try await submit(
            opening + statements, isTransaction: true, mayCommit: !settings.isReadOnly,
            party: settings.party)
        return Array(rows.dropFirst(opening.count))
    }

    /// Runs `body` in a transaction of its own connection. It commits when `body` returns and rolls
    /// back when it throws, or when a statement has failed.
    ///
    /// - Throws: what `body` throws, or `PostgresError`: `.aborted` when `body` returned in spite
    ///   of a failed statement, `.outcomeUnknown` when the connection was lost while committing.
    package func withTransaction<Value: Sendable>(
        _ settings: TransactionSettings,
        _ body: (Transaction) async throws -> Value
    ) async throws -> Value {
        let pool = self.pool
        // Among the loop's own jobs: who may hold locks does not wait behind others, nor for the
        // share of the loop's time that it is over. Who reads may do so for long.
        let isFirst = !settings.isReadOnly && pool.loop.isCurrent
        return try await withTaskExecutorPreference(isFirst ? pool.loop : nil) {
            let connection = try await lease(from: pool, for: settings.party)
            let transaction = Transaction(
                connection: connection, opening: settings.opening,
                mayCommit: !settings.isReadOnly)
            do {
                let value = try await body(transaction)
                try await transaction.commit()
                await release(connection, to: pool)
                return value
            } catch {
                await transaction.rollBack()
                await release(connection, to: pool)
                throw error
            }
        }
    }

    /// Fails what waits and what is under way, and closes every connection.
    package func shutdown() async {
        for pool in pools {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                pool.loop.execute {
                    pool.value.close()
                    continuation.resume()
                }
            }
        }
    }

    private var pool: LoopBound<Pool> {
        if let current = EventLoop.current, let own = pools.first(where: { $0.loop === current }) {
            return own
        }
        let next = group.next()
        return pools.first { $0.loop === next } ?? pools[0]
    }

    private func submit(
        _ statements: [SQL], isTransaction: Bool, mayCommit: Bool, party: Int64?
    ) async throws(PostgresError) -> [[Row]] {
        let pool = self.pool
        return try await answer(on: pool.loop) { completion in
            Request(
                statements, isTransaction: isTransaction, mayCommit: mayCommit, party: party,
                completion: completion)
        } start: { request in
            pool.value.submit(request)
        } cancel: { request in
            pool.value.cancel(request)
        }
    }

    private func lease(
        from pool: LoopBound<Pool>, for party: Int64?
    ) async throws(PostgresError) -> LoopBound<Connection> {
        try await answer(on: pool.loop) { completion in
            Lease(party: party, completion: completion)
        } start: { lease in
            pool.value.lease(lease)
        } cancel: { lease in
            pool.value.cancel(lease)
        }
    }

    private func release(
        _ connection: LoopBound<Connection>, to pool: LoopBound<Pool>
    ) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            pool.loop.execute {
                pool.value.release(connection.value)
                continuation.resume()
            }
        }
    }
}
