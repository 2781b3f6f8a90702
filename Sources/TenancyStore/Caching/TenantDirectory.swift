internal import Reactor
internal import Synchronization
internal import Tenancy

/// What is known of tenants by their names, for all threads: `KnownTenants` under a lock.
final class TenantDirectory: ChangeFollower {
    private let state: Mutex<KnownTenants>

    init(tenantsMax: Int) {
        state = Mutex(KnownTenants(tenantsMax: tenantsMax))
    }

    func id(of code: TenantCode) -> TenantID? { state.withLock { $0.id(of: code.text) } }

    func standing(of code: String, at now: MonotonicInstant) -> TenantStanding? {
        state.withLock { $0.standing(of: code, at: now) }
    }

    func standing(of id: TenantID, at now: MonotonicInstant) -> TenantStanding? {
        state.withLock { $0.standing(of: id, at: now) }
    }

    /// To be called before the database is asked.
    func beginReading() -> ReadingRules.Reading {
        let now = MonotonicInstant.now()
        return state.withLock { $0.beginReading(at: now) }
    }

    func keep(
        _ id: TenantID, _ code: TenantCode?, _ status: TenantStatus, read: ReadingRules.Reading
    ) {
        state.withLock { $0.keep(id, code, status, read: read) }
    }

    func keep(_ id: TenantID, _ code: TenantCode) { state.withLock { $0.keep(id, code) } }

    func forget(_ tenant: TenantID) { state.withLock { $0.forget(tenant) } }

    func absorb(_ changes: TenantChanges, asOf: MonotonicInstant) {
        state.withLock { $0.absorb(changes, asOf: asOf) }
    }
}
