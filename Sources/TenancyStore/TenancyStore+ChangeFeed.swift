internal import Postgres
internal import Reactor
package import Tenancy

extension TenancyStore {
    /// Makes a cache that follows the changes of all tenants.
    ///
    /// - Parameter costMax: The most that is kept, in the unit of the costs: entries, or bytes.
    /// - Parameter lifetime: How long a value is good at most; nil for what changes only with the
    ///   tables that the feed follows.
    package func makeCache<Key: Hashable & Sendable, Value: Sendable>(
        costMax: Int, lifetime: Duration? = nil
    ) -> TenantCache<Key, Value> {
        let cache = TenantCache<Key, Value>(costMax: costMax, lifetime: lifetime)
        changes.add(cache)
        return cache
    }

    /// Lets something else follow the changes of all tenants.
    package func tellChanges(to follower: any ChangeFollower) {
        changes.add(follower)
    }

    /// Follows the changes of all tenants until the task is cancelled. Without it no cache is
    /// believed. On one loop, so that it takes one connection.
    package func followChanges() async {
        await withTaskExecutorPreference(loops.loops[0]) {
            while !Task.isCancelled {
                // A look that fails is made again; meanwhile trust runs out by itself.
                try? await lookAtChanges()
                try? await Task.sleep(for: ChangeFeed.pollInterval)
            }
        }
    }

    /// Waits until no server believes any more what a change has ended that was committed before
    /// this is called: whoever has not looked at it by then has no trust left. It asks nobody, so
    /// it takes as long whatever has become of the other servers.
    ///
    /// - Throws: `cancelled`.
    package func waitUntilSeenEverywhere() async throws(DomainError) {
        do {
            try await Task.sleep(for: ChangeFeed.trustTimeMax + ChangeFeed.clockDriftMax)
        } catch {
            throw DomainError(.cancelled, message: "the call was given up")
        }
    }

    /// One look at the changes.
    ///
    /// - Throws: `unavailable`, `deadlineExceeded`.
    package func lookAtChanges() async throws {
        let began = MonotonicInstant.now()
        changes.absorb(try await look(), asOf: began)
    }

    /// Reads across tenants beside the calls. It fails rather than take longer than its answer is
    /// worth: a connection whose other end has vanished would keep it for minutes.
    ///
    /// - Throws: `unavailable`, `deadlineExceeded`.
    func follow(_ statement: SQL) async throws -> [Row] {
        var settings = TransactionSettings(scope: .platform)
        settings.isReadOnly = true
        return try await withThrowingTaskGroup(of: [Row].self) { [settings] group in
            group.addTask {
                do throws(PostgresError) {
                    return try await self.followers.pipeline(in: settings, [statement]).first ?? []
                } catch {
                    throw DomainError(error)
                }
            }
            group.addTask {
                try await Task.sleep(for: ChangeFeed.trustTimeMax)
                throw DomainError(.deadlineExceeded, message: "the database took too long")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw Self.emptyAnswer }
            return first
        }
    }

    /// `tenant_change_feed_changed_by` leads to what is newer than the oldest transaction that was
    /// running at the last look; of those, what it saw already is passed over.
    private func look() async throws -> FeedCursor.Look {
        let seen = changes.snapshot
        let rows = try await follow(
            """
            SELECT pg_current_snapshot()::text AS snapshot,
                pg_postmaster_start_time() AS server_started_at, f.tenant_id
            FROM (VALUES (1)) AS one
            LEFT JOIN (
                SELECT tenant_id FROM tenant_change_feed
                WHERE changed_by >= pg_snapshot_xmin(\(optional: seen)::text::pg_snapshot)
                  AND NOT pg_visible_in_snapshot(
                      changed_by, \(optional: seen)::text::pg_snapshot)
                LIMIT \(Int64(ChangeFeed.changesMax + 1))) AS f ON true
            """)
        guard let first = rows.first else { throw Self.emptyAnswer }
        var tenants: [TenantID] = []
        for row in rows {
            guard let number = try row.optional("tenant_id", as: Int64.self) else { continue }
            tenants.append(number == 0 ? .platform : try row.tenantID("tenant_id"))
        }
        return FeedCursor.Look(
            snapshot: try first.value("snapshot"),
            serverStartedAt: try first.timestamp("server_started_at").microseconds,
            tenants: tenants)
    }
}
