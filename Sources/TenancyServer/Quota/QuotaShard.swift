internal import Logging
internal import Reactor
internal import Synchronization
internal import Tenancy
internal import TenancyStore

/// One ledger of leases, for a part of the tenants: decisions under a lock that is held for as long
/// as they take, and one task, on the shard's loop, that talks to the database for it.
final class QuotaShard: Sendable {
    /// How long an exchange may take: a connection whose other end has vanished would hold it for
    /// minutes.
    private static let exchangeTimeMax = Duration.seconds(5)
    private static let sweepInterval: UInt64 = 1_000_000_000
    /// How often the database hears that the shard is alive.
    private static let aliveInterval: UInt64 = 3_000_000_000
    /// How long an orderly end may take.
    private static let endTimeMax: UInt64 = 2_000_000_000

    private typealias Waiting = CheckedContinuation<LedgerOutcome, Never>

    private struct State {
        var ledger: LeaseLedger
        /// The shard's number among the holders of leases.
        var holder: Int64?
        var waiting: [LedgerTicket: Waiting] = [:]
        /// The shard's task while it sleeps, and when it wakes by itself.
        var sleeper: CheckedContinuation<Void, Never>?
        var wakesAt: UInt64 = 0
        var sweepAt: UInt64 = 0
        var endsAt: UInt64?
    }

    private let state: Mutex<State>
    private let store: TenancyStore
    private let loop: EventLoop
    private let name: String
    private let logger: Logger

    init(
        store: TenancyStore, loop: EventLoop, name: String, settings: LedgerSettings,
        logger: Logger
    ) {
        state = Mutex(State(ledger: LeaseLedger(settings: settings)))
        self.store = store
        self.loop = loop
        self.name = name
        self.logger = logger
    }

    // MARK: - Deciding

    /// Takes what is certain from memory; nil when it is not, and then nothing has happened.
    func takeAtOnce(_ charge: QuotaCharge, at now: MonotonicInstant) -> LedgerStanding? {
        update { $0.takeAtOnce(charge, now: now.nanoseconds) }
    }

    /// The same for up to three accounts of a tenant, all or none; answers the standing of the
    /// first.
    func takeAtOnce(
        _ first: QuotaCharge, and second: QuotaCharge?, and third: QuotaCharge?,
        at now: MonotonicInstant
    ) -> LedgerStanding? {
        update { $0.takeAtOnce(first, and: second, and: third, now: now.nanoseconds) }
    }

    /// What is certain from memory about an amount; nil when only the database knows.
    func check(
        _ account: QuotaAccount, _ units: Int64, at now: MonotonicInstant
    ) -> LedgerStanding? {
        update { $0.check(account, units, now: now.nanoseconds) }
    }

    /// The same, of the share too if there is one.
    func check(
        _ account: QuotaAccount, and share: QuotaAccount?, _ units: Int64,
        at now: MonotonicInstant
    ) -> LedgerStanding? {
        update { ledger in
            let isLeft = share.map { ledger.check($0, units, now: now.nanoseconds) != nil } ?? true
            let standing = ledger.check(account, units, now: now.nanoseconds)
            return isLeft ? standing : nil
        }
    }

    /// Changes the ledger, and wakes the task if it has something to do now. Nearly always it has
    /// not, which two numbers tell: to look at the sleeper itself costs as much as a decision.
    private func update<Value: Sendable>(_ body: (inout LeaseLedger) -> Value) -> Value {
        let (value, mayBeDue) = state.withLock { state in
            let value = body(&state.ledger)
            return (value, Self.mayBeDue(&state))
        }
        if mayBeDue { state.withLock { Self.wake(&$0) }?.resume() }
        return value
    }

    /// Takes from every account or from none. Waits for the database where it has to.
    func consume(_ charges: [QuotaCharge], _ durability: Durability) async -> LedgerOutcome {
        let ticket = CallTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiting) in
                let now = MonotonicInstant.now().nanoseconds
                let (outcome, sleeper) = state.withLock { state in
                    let outcome: LedgerOutcome?
                    switch state.ledger.consume(charges, durability, now: now) {
                    case .now(let decided): outcome = decided
                    case .later(let later):
                        outcome = nil
                        state.waiting[later] = continuation
                        ticket.wait(under: later)
                    }
                    return (outcome, Self.wake(&state))
                }
                sleeper?.resume()
                if let outcome { continuation.resume(returning: outcome) }
                if ticket.isCancelled { cancel(ticket) }
            }
        } onCancel: {
            ticket.cancel()
            cancel(ticket)
        }
    }

    /// The caller is gone. What it waited for is not taken any more; what was taken stays so.
    private func cancel(_ call: CallTicket) {
        guard let ticket = call.waitsUnder else { return }
        let waiting = state.withLock { state in
            state.ledger.cancel(ticket)
            return state.waiting.removeValue(forKey: ticket)
        }
        waiting?.resume(returning: .unknown)
    }

    // MARK: - What the database has to hear

    /// Waits until the database knows what was taken of a tenant so far, or cannot be told.
    func flush(_ tenant: TenantID, withSubjects: Bool) async {
        await wait { $0.flush(tenant, withSubjects: withSubjects) }
    }

    /// Gives the hand of an account back, and waits until the database knows.
    func giveBack(_ account: QuotaAccount) async {
        let now = MonotonicInstant.now().nanoseconds
        await wait { $0.giveBack(account, now: now) }
    }

    /// Asks the database again about a tenant, and waits for its answer.
    func refreshed(_ account: QuotaAccount) async {
        await wait { $0.refreshed(account) }
    }

    /// The same about everything of a tenant.
    func refreshed(_ tenant: TenantID) async {
        await wait { $0.refreshed(tenant) }
    }

    /// Waits until the database has been asked about an account that was checked.
    func answered(_ account: QuotaAccount) async {
        await wait { $0.question(of: account) }
    }

    /// Waits for what the ledger says, if anything.
    private func wait(_ ticket: (inout LeaseLedger) -> LedgerTicket?) async {
        _ = await withCheckedContinuation { (continuation: Waiting) in
            let (isToldAlready, sleeper) = state.withLock { state in
                guard state.endsAt == nil, let ticket = ticket(&state.ledger) else {
                    return (true, CheckedContinuation<Void, Never>?.none)
                }
                state.waiting[ticket] = continuation
                return (false, Self.wake(&state))
            }
            sleeper?.resume()
            if isToldAlready { continuation.resume(returning: .unknown) }
        }
    }

    func limitVersion(of account: QuotaAccount) -> Int64? {
        state.withLock { $0.ledger.limitVersion(of: account) }
    }

    // MARK: - Hints

    func recall(_ recall: QuotaRecall) {
        // What it misses itself it does not give back.
        guard state.withLock({ $0.holder }) != recall.holder else { return }
        self.recall(recall.account)
    }

    func recall(_ account: QuotaAccount) {
        let now = MonotonicInstant.now().nanoseconds
        update { $0.recall(account, now: now) }
    }

    /// The shard's number among the holders of leases, while it may hold any.
    var holderOfUnits: Int64? {
        state.withLock { $0.ledger.accountCount > 0 ? $0.holder : nil }
    }

    func refresh(_ tenant: TenantID) {
        update { $0.refresh(tenant) }
    }

    func reviewEverything() {
        update { $0.reviewEverything() }
    }

    // MARK: - The task

    /// Talks to the database until `end` was called and everything was given back.
    func run() async {
        await withTaskExecutorPreference(loop) {
            var holder: Int64?
            while holder == nil, state.withLock({ $0.endsAt == nil }) {
                holder = try? await store.newQuotaHolder()
                if holder == nil { try? await Task.sleep(for: .milliseconds(200)) }
            }
            guard let holder else { return }
            state.withLock { $0.holder = holder }
            await withDiscardingTaskGroup { group in
                var aliveAt: UInt64 = 0
                while true {
                    let now = MonotonicInstant.now().nanoseconds
                    let (number, reports, mayHold) = state.withLock { next(&$0, now) }
                    let isAlive = now >= aliveAt && (mayHold || !reports.isEmpty)
                    if isAlive { aliveAt = now &+ Self.aliveInterval }
                    if !reports.isEmpty || isAlive {
                        group.addTask(executorPreference: loop) { [self] in
                            await exchange(holder, number, reports, isAlive: isAlive)
                        }
                    } else if await !sleep() {
                        return group.cancelAll()
                    }
                }
            }
        }
    }

    /// What is due: the reports of an exchange and its number, and whether there is any account.
    private func next(
        _ state: inout State, _ now: UInt64
    ) -> (UInt64, [LeaseReport], mayHold: Bool) {
        if now >= state.sweepAt {
            state.sweepAt = now &+ Self.sweepInterval
            if state.endsAt == nil { state.ledger.sweep(now: now) }
        }
        let reports = state.ledger.exchange(now: now)
        return (state.ledger.exchangeNumber, reports, state.ledger.accountCount > 0)
    }

    /// - Parameter reports: Without any the database only hears that the shard is alive.
    private func exchange(
        _ holder: Int64, _ number: UInt64, _ reports: [LeaseReport], isAlive: Bool
    ) async {
        do throws(LeaseExchangeFailure) {
            let grants = try await send(holder, reports, isAlive: isAlive)
            guard !reports.isEmpty else { return }
            let now = MonotonicInstant.now().nanoseconds
            finish { $0.complete(number, grants, now: now) }
        } catch {
            logger.debug("leases were not exchanged", metadata: ["error": "\(error.error)"])
            guard !reports.isEmpty else { return }
            let now = MonotonicInstant.now().nanoseconds
            finish { $0.fail(number, isUnknown: error.isUnknown, now: now) }
        }
    }

    private func send(
        _ holder: Int64, _ reports: [LeaseReport], isAlive: Bool
    ) async throws(LeaseExchangeFailure) -> [LeaseGrant] {
        let task = Task(executorPreference: loop) {
            [store, name] () -> Result<[LeaseGrant], LeaseExchangeFailure> in
            do throws(LeaseExchangeFailure) {
                return .success(
                    try await store.exchangeLeases(
                        holder, name: name, isAlive: isAlive, reports))
            } catch {
                return .failure(error)
            }
        }
        let limit = LoopBound(
            loop.schedule(after: Self.exchangeTimeMax) { task.cancel() }, loop: loop)
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        loop.cancel(limit.value)
        return try result.get()
    }

    private func finish(_ body: (inout LeaseLedger) -> [LedgerResumption]) {
        let (resumed, sleeper) = state.withLock { state in
            var resumed: [(Waiting, LedgerOutcome)] = []
            for resumption in body(&state.ledger) {
                guard let waiting = state.waiting.removeValue(forKey: resumption.ticket) else {
                    continue
                }
                resumed.append((waiting, resumption.outcome))
            }
            return (resumed, Self.wake(&state))
        }
        // First whoever begins the next exchange: those who have waited may be many.
        sleeper?.resume()
        for (waiting, outcome) in resumed { waiting.resume(returning: outcome) }
    }

    /// Sleeps until there is something to do; false when there is nothing more, ever.
    private func sleep() async -> Bool {
        var timer: LoopBound<Reactor.Timer>?
        var isOver = false
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let now = MonotonicInstant.now().nanoseconds
            let wakesAt: UInt64? = state.withLock { state in
                let due = state.ledger.exchangeTime
                if let endsAt = state.endsAt {
                    let isDone = due == nil && state.ledger.exchangesUnderWay.isEmpty
                    isOver = isDone || now >= endsAt
                    // Nothing is left to be told that anybody could wait for.
                    if isOver { return nil }
                }
                let next = min(due ?? .max, state.sweepAt)
                guard next > now else { return nil }
                state.sleeper = continuation
                state.wakesAt = next
                return next
            }
            guard let wakesAt else { return continuation.resume() }
            timer = LoopBound(
                loop.schedule(at: MonotonicInstant(nanoseconds: wakesAt)) { self.wakeUp() },
                loop: loop)
        }
        if let timer { loop.cancel(timer.value) }
        if isOver { releaseAll() }
        return !isOver
    }

    private func wakeUp() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// The sleeping task, to be resumed when there is something to do before it wakes by itself.
    private static func wake(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        guard let sleeper = state.sleeper, mayBeDue(&state) else { return nil }
        state.sleeper = nil
        return sleeper
    }

    /// Whether the task has something to do before it wakes by itself, if it sleeps.
    private static func mayBeDue(_ state: inout State) -> Bool {
        state.ledger.isDue(before: state.wakesAt) || state.endsAt != nil
    }

    /// Gives back everything, and lets `run` return once the database knows.
    func end() {
        let now = MonotonicInstant.now().nanoseconds
        let sleeper = state.withLock { state in
            state.endsAt = now &+ Self.endTimeMax
            state.ledger.returnEverything(now: now)
            return Self.wake(&state)
        }
        sleeper?.resume()
    }

    private func releaseAll() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: .unavailable) }
    }
}

/// Under which ticket a call waits, for who cancels it.
private final class CallTicket: Sendable {
    private let state = Mutex<(ticket: LedgerTicket?, isCancelled: Bool)>((nil, false))

    var waitsUnder: LedgerTicket? { state.withLock { $0.ticket } }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func wait(under ticket: LedgerTicket) { state.withLock { $0.ticket = ticket } }
    func cancel() { state.withLock { $0.isCancelled = true } }
}
