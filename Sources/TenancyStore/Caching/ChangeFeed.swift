package import Reactor
internal import Synchronization
package import Tenancy

/// What wants to hear of changes.
package protocol ChangeFollower: AnyObject, Sendable {
    /// A look at the changes has succeeded; it began at `asOf`.
    func absorb(_ changes: TenantChanges, asOf: MonotonicInstant)
    /// This server has changed something of a tenant itself.
    func forget(_ tenant: TenantID)
}

/// Tells every cache of this server what changes, here and elsewhere.
package final class ChangeFeed: Sendable {
    /// How long what is remembered is believed after the beginning of the last look that succeeded.
    /// No server believes anything for longer that is no longer so.
    package static let trustTimeMax = Duration.seconds(1)
    /// By how much the clocks of two machines go apart within that time: a thousandth is more than
    /// any that a kernel lets go on.
    package static let clockDriftMax = Duration.milliseconds(1)
    /// The pause between two looks: a few of them may fail, or take long, before nothing is
    /// believed any more.
    package static let pollInterval = Duration.milliseconds(200)
    /// How many tenants one look tells apart; when more have changed, all count as changed.
    package static let changesMax = 10_000

    private struct State {
        var cursor = FeedCursor()
        var followers: [any ChangeFollower] = []
    }

    private let state = Mutex(State())

    /// The snapshot of the last look, of which the next asks what it did not see.
    var snapshot: String? { state.withLock { $0.cursor.snapshot } }

    func add(_ follower: any ChangeFollower) {
        state.withLock { $0.followers.append(follower) }
    }

    /// Takes in what a look has brought.
    func absorb(_ look: FeedCursor.Look, asOf: MonotonicInstant) {
        let (changes, followers) = state.withLock { state in
            (state.cursor.absorb(look), state.followers)
        }
        for follower in followers { follower.absorb(changes, asOf: asOf) }
    }

    /// A change of this server's own has happened, or may have.
    func forget(_ tenant: TenantID) {
        for follower in state.withLock({ $0.followers }) { follower.forget(tenant) }
    }
}

/// How far the changes have been looked at.
struct FeedCursor: Sendable {
    /// What one look brought.
    struct Look: Sendable {
        /// What the look could see, as Postgres writes it.
        let snapshot: String
        /// When the database server was started: numbers of transactions are its own, and a
        /// standby that has taken over counts on its own.
        let serverStartedAt: Int64
        /// The tenants that were changed by what the look before could not see; one more than
        /// `ChangeFeed.changesMax` when there are more.
        let tenants: [TenantID]
    }

    private(set) var snapshot: String?
    private var serverStartedAt: Int64?

    mutating func absorb(_ look: Look) -> TenantChanges {
        let isSameServer = serverStartedAt == look.serverStartedAt
        snapshot = look.snapshot
        serverStartedAt = look.serverStartedAt
        guard isSameServer, look.tenants.count <= ChangeFeed.changesMax else { return .unknown }
        return .of(look.tenants)
    }
}
