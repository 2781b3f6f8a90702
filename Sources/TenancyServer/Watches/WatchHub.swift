internal import CoreMetrics
internal import Synchronization
internal import Tenancy
internal import TenancyStore

/// All watches of this server. One statement at a time asks for all of them how far the chains of
/// their tenants reach; a watch reads only once its own has grown.
final class WatchHub: Sendable {
    static let begunMetric = "tenancy.watches.begun"
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
    private let begun = Counter(label: begunMetric)

    init(store: TenancyStore, watchesMax: Int) {
        self.store = store
        self.watchesMax = watchesMax
    }

    var count: Int { state.withLock { $0.watches.count } }

    /// - Throws: `tooMany`, `unavailable` when the server is shutting down.
    func open(_ tenant: TenantID) throws(DomainError) -> Watch {
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
            let watch = Watch(id: state.nextID, tenant: tenant)
            state.nextID += 1
            state.watches[watch.id] = watch
            state.countByTenant[tenant, default: 0] += 1
            return watch
        }
    }

    /// A watch has sent what is there, and will tell of whatever changes from now on.
    func noteBegun() { begun.increment() }

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
            if polls % Self.pollsPerTick == 0 { for watch in watches { watch.wake() } }
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
    /// Something may have to be done. It ends when the server shuts down.
    let signals: AsyncStream<Void>

    private let continuation: AsyncStream<Void>.Continuation
    private let known = Mutex<ChainHead?>(nil)

    fileprivate init(id: UInt64, tenant: TenantID) {
        self.id = id
        self.tenant = tenant
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

    fileprivate func end() { continuation.finish() }
}
