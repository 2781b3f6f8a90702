package import Reactor
internal import Synchronization
package import Tenancy

/// Remembers things of tenants for all threads, and never longer than they are so by more than
/// `ChangeFeed.trustTimeMax`; a change of this server's own is seen at once.
///
/// It follows every table that `feed_tenant_changes` was called for and, under `TenantID.platform`,
/// the keys that tokens are signed with; what depends on another table must not be kept here.
package final class TenantCache<Key: Hashable & Sendable, Value: Sendable>: ChangeFollower {
    private let state: Mutex<VersionedCache<Key, Value>>

    init(costMax: Int, lifetime: Duration? = nil) {
        state = Mutex(VersionedCache(costMax: costMax, lifetime: lifetime))
    }

    /// What everything that is kept costs together.
    var cost: Int { state.withLock { $0.cost } }

    /// A reading under way.
    package struct Reading: Sendable {
        fileprivate let reading: VersionedCache<Key, Value>.Reading
    }

    /// What is known without asking the database.
    ///
    /// - Parameter now: A time after the question came, and not after this.
    package func value(
        _ key: Key, of tenant: TenantID, at now: MonotonicInstant = .now()
    ) -> Value? {
        state.withLock { $0.value(key, of: tenant, at: now) }
    }

    /// What is known, else what `read` answers, which is then remembered; but not that there is
    /// nothing.
    ///
    /// - Throws: what `read` throws.
    package func value(
        _ key: Key, of tenant: TenantID, cost: (Value) -> Int = { _ in 1 },
        read: () async throws(DomainError) -> Value?
    ) async throws(DomainError) -> Value? {
        if let known = value(key, of: tenant) { return known }
        let reading = beginReading()
        guard let value = try await read() else { return nil }
        keep(value, for: key, of: tenant, read: reading, cost: cost(value))
        return value
    }

    /// To be called before the database is asked.
    package func beginReading() -> Reading {
        let now = MonotonicInstant.now()
        return Reading(reading: state.withLock { $0.beginReading(at: now) })
    }

    /// Keeps what was read, unless its tenant has changed since the reading began.
    package func keep(
        _ value: Value, for key: Key, of tenant: TenantID, read reading: Reading, cost: Int = 1
    ) {
        state.withLock {
            $0.keep(value, for: key, of: tenant, read: reading.reading, cost: cost)
        }
    }

    /// Forgets what is known of a tenant, and whatever is being read of it.
    package func forget(_ tenant: TenantID) {
        state.withLock { $0.forget(tenant) }
    }

    package func absorb(_ changes: TenantChanges, asOf: MonotonicInstant) {
        state.withLock { $0.absorb(changes, asOf: asOf) }
    }
}
