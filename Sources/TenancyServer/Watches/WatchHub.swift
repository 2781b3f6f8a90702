internal import Synchronization
internal import Tenancy
internal import TenancyStore

/// All watches of this server. One statement at a time asks for all of them how far the chains of
/// their tenants reach; a watch reads only once its own has grown.
final class WatchHub: Sendable {
    /// How many of them may be of one tenant.
    static let watchesPerTenantMax = 64
    /// The pause between two looks at the chains.
    private static let pollInterval = Duration.milliseconds(100)
    /// How many looks come between two wake-ups of a watch that has nothing to read: it sees to its
    /// heartbeat then.
    private static let pollsPerTick = 10

    private struct State {
        var watches: [UInt64: Watch] = [:]
        var countByTenant: [TenantID: Int] = [:]
        var nextID: UInt64 = 0
        var isShutDown = false
    }

    private let store: TenancyStore
    /// How many watches this server serves.
    private let watchesMax: Int
    private let state = Mutex(State())

    init(store: TenancyStore, watchesMax: Int) {
        self.store = store
        self.watchesMax = watchesMax
    }

    var count: Int { state.withLock { $0.watches.count } }

    /// - Parameter key: The key that the watcher calls with, if it is one: the watch hears when it
    ///   stops working.
    /// - Throws: `tooMany`, `unavailable` when the server is shutting down.
    func open(_ tenant: TenantID, key: KeyIdentity?) throws(DomainError) -> Watch {
        try state.withLock { state throws(DomainError) in
            guard !state.isShutDown else { throw Self.shuttingDown }
            guard state.watches.count < watchesMax else {
                throw DomainError(
                    .tooMany(.watches), message: "this server serves as many watches as it may",
                    metadata: ["max": String(watchesMax)])
            }
            guard state.countByTenant[tenant, default: 0] < Self.watchesPerTenantMax else {
                throw DomainError(
                    .tooMany(.watches), message: "the tenant has as many watches as it may",
                    metadata: ["max": String(Self.watchesPerTenantMax)])
            }
            let watch = Watch(id: state.nextID, tenant: tenant, key: key)
            state.nextID += 1
            state.watches[watch.id] = watch
            state.countByTenant[tenant, default: 0] += 1
            return watch
        }
    }

    func close(_ watch: Watch) {
        state.withLock { state in
            guard state.watches.removeValue(forKey: watch.id) != nil else { return }
            let left = state.countByTenant[watch.tenant, default: 1] - 1
            state.countByTenant[watch.tenant] = left > 0 ? left : nil
        }
    }

    /// Looks at the chains until the task is cancelled.
    func run() async {
        var polls = 0
        while !Task.isCancelled {
            // A look that fails is made again. A watch finds out by itself, when it has to send a
            // heartbeat and cannot make sure that it still may.
            try? await poll()
            polls += 1
            if polls % Self.pollsPerTick == 0 {
                try? await pollKeys()
                for watch in watches { watch.wake() }
            }
            try? await Task.sleep(for: Self.pollInterval)
        }
    }

    private var watches: [Watch] { state.withLock { Array($0.watches.values) } }

    private func poll() async throws {
        let tenants = state.withLock { Array($0.countByTenant.keys) }
        guard !tenants.isEmpty else { return }
        let heads = try await store.chainHeads(of: tenants)
        for watch in watches {
            if let head = heads[watch.tenant] { watch.advance(to: head) }
        }
    }

    /// A key lets a watch in once; whether it still works is asked for all watches together.
    private func pollKeys() async throws {
        let held = watches.filter { $0.key != nil }
        let keys = Set(held.compactMap(\.key))
        guard !keys.isEmpty else { return }
        let working = try await store.workingKeys(among: Array(keys))
        for watch in held {
            if let key = watch.key, !working.contains(key) { watch.refuseKey() }
        }
    }

    /// Ends every watch, so that a drain has nothing to wait for.
    func shutDown() {
        let watches = state.withLock { state in
            state.isShutDown = true
            return Array(state.watches.values)
        }
        for watch in watches { watch.end() }
    }

    static let shuttingDown = DomainError(.unavailable, message: "the service is shutting down")
}

/// One watch as the hub knows it.
final class Watch: Sendable {
    let id: UInt64
    let tenant: TenantID
    let key: KeyIdentity?
    /// Something may have to be done. It ends when the server shuts down.
    let signals: AsyncStream<Void>

    private let continuation: AsyncStream<Void>.Continuation
    private let known = Mutex<ChainHead?>(nil)
    private let isKeyRefused = Atomic(false)

    fileprivate init(id: UInt64, tenant: TenantID, key: KeyIdentity?) {
        self.id = id
        self.tenant = tenant
        self.key = key
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How far the chain reaches, as of the last look.
    var head: ChainHead? { known.withLock { $0 } }

    func advance(to head: ChainHead) {
        let isNew = known.withLock { known in
            defer { known = head }
            return known != head
        }
        if isNew { wake() }
    }

    func wake() { continuation.yield() }

    fileprivate func refuseKey() { isKeyRefused.store(true, ordering: .relaxed) }

    /// - Throws: `unauthenticated` once the key that the watcher calls with has stopped working.
    func checkKey() throws(DomainError) {
        guard !isKeyRefused.load(ordering: .relaxed) else {
            throw Authority.Denial.unauthenticated.error
        }
    }

    fileprivate func end() { continuation.finish() }
}
