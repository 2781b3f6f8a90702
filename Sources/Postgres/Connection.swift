internal import Reactor

/// One connection in pipeline mode, on one loop.
///
/// Requests are written as they come and flushed once per turn; each ends with its own sync, so a
/// failure stays with the request that caused it. A request that opens a transaction is followed
/// by a COMMIT behind a sync of its own: it commits what succeeded and rolls back what failed, so
/// the connection is clean for the request that is queued behind it, with no round trip between.
final class Connection: ReadinessHandler, TurnEndHandler {
    /// The pause before the server is asked again to stop a statement; doubled each time.
    private static let cancelPauseMin = Duration.milliseconds(50)
    private static let cancelPauseMax = Duration.seconds(1)

    let loop: EventLoop
    let id: PoolState.MemberID
    private let libpq: LibPQ
    private let preparesStatements: Bool
    private var registration: Registration?
    private var cache: StatementCache
    private var pipeline = Pipeline<Request>()
    private var gate = CancelGate()
    private var cancelPause = cancelPauseMin
    private var cancelTimer: Reactor.Timer?
    /// Whom the gate is closed for.
    private var stopping: Request?
    /// Requests that wait behind the gate.
    private var held: [Request] = []
    private var isFlushScheduled = false
    private(set) var isLost = false
    /// How many requests wait for their answers.
    private(set) var inFlight = 0
    /// Whether one transaction has the connection for itself.
    var isLeased = false
    /// Told what happens; the pool.
    weak var observer: (any ConnectionObserver)?

    init(
        _ libpq: LibPQ, id: PoolState.MemberID, configuration: PostgresConfiguration,
        loop: EventLoop
    ) throws(PostgresError) {
        self.libpq = libpq
        self.id = id
        self.loop = loop
        preparesStatements = configuration.preparesStatements
        cache = StatementCache(countMax: configuration.preparedStatementsMax)
        try libpq.enterPipeline()
    }

    func start() throws(SystemError) {
        registration = try loop.register(self, descriptor: libpq.socket, interest: .readable)
    }

    /// Whether the next user finds nothing of the last one's: no answer to come, no transaction.
    var isClean: Bool { !isLost && inFlight == 0 && libpq.isOutsideTransaction }

    // MARK: - Sending

    func submit(_ request: Request) {
        guard !isLost else {
            request.lose(PostgresError(.connectionLost, "it is closed"), isUndone: true)
            return
        }
        if let problem = request.problem {
            request.finish(with: .failure(problem))
            observer?.connection(self, didAnswer: request)
            return
        }
        inFlight += 1
        guard !gate.isClosed else {
            held.append(request)
            return
        }
        transmit(request)
    }

    private func transmit(_ request: Request) {
        do {
            try send(request)
        } catch {
            // It may not be in the pipeline yet, where `lose` would find it.
            request.lose(error, isUndone: false)
            lose(error)
            return
        }
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        loop.atTurnEnd(self)
    }

    private func send(_ request: Request) throws(PostgresError) {
        // Names first, behind syncs of their own: a statement that cannot be prepared fails alone.
        var names: [String?] = []
        for statement in request.statements { names.append(try prepare(statement, for: request)) }
        for (statement, name) in zip(request.statements, names) {
            if let name {
                try libpq.sendExecute(name, statement.values)
            } else {
                try libpq.sendOnce(statement)
            }
            pipeline.expect(.statement(request, text: name == nil ? nil : statement.text))
        }
        request.isCommitting = !request.isTransaction
        try libpq.sendSync()
        pipeline.expect(.sync(request, isLast: !request.isTransaction))
        guard request.isTransaction else { return }
        request.isCommitting = true
        try libpq.sendOnce("COMMIT")
        pipeline.expect(.commit(request))
        try libpq.sendSync()
        pipeline.expect(.sync(request, isLast: true))
    }

    private func prepare(_ statement: SQL, for request: Request) throws(PostgresError) -> String? {
        guard preparesStatements, statement.isPrepared, let plan = cache.use(statement) else {
            return nil
        }
        guard plan.mustPrepare else { return plan.name }
        for name in plan.evicted {
            try libpq.sendOnce(SQL(unsafeSQL: "DEALLOCATE \(name)"))
            pipeline.expect(.ignored)
            try libpq.sendSync()
            pipeline.expect(.ignoredSync)
        }
        try libpq.sendPrepare(plan.name, statement)
        pipeline.expect(.preparation(request, text: statement.text))
        try libpq.sendSync()
        pipeline.expect(.ignoredSync)
        return plan.name
    }

    func turnWillEnd() {
        isFlushScheduled = false
        flush()
    }

    private func flush() {
        guard !isLost, var registration else { return }
        do {
            let isDone = try libpq.flush()
            // libpq closes the socket itself when it gives the connection up.
            guard libpq.socket == registration.descriptor else {
                return lose(PostgresError(.connectionLost, "libpq has closed the connection"))
            }
            loop.setInterest(isDone ? .readable : [.readable, .writable], of: &registration)
            self.registration = registration
        } catch {
            lose(error)
        }
    }

    // MARK: - Receiving

    func descriptorIsReady(_ readiness: Readiness) {
        var failure: PostgresError?
        do {
            try libpq.consume()
        } catch {
            failure = error
        }
        // Also after a failure: answers that came before it count.
        while !isLost, let event = libpq.nextEvent() { receive(event) }
        if let failure { lose(failure) } else { flush() }
    }

    private func receive(_ event: LibPQ.Event) {
        let action =
            switch event {
            case .rows: pipeline.receive(.rows)
            case .rolledBack: pipeline.receive(.rolledBack)
            case .failed(let error): pipeline.receive(.failed(error))
            case .aborted: pipeline.receive(.aborted)
            case .sync: pipeline.receive(.sync)
            }
        switch action {
        case .none: break
        case .keep(let request):
            if case .rows(let rows) = event { request.receive(rows) }
        case .rolledBack(let request): request.wasRolledBack()
        case .fail(let request, let error, let text):
            request.fail(error)
            if let text { cache.forget(text, isKnownToServer: error.meansStatementIsKnown) }
        case .finish(let request): finish(request)
        case .lose(let error): lose(error)
        }
    }

    private func finish(_ request: Request) {
        let isAnswered = !request.isVictim
        if !isAnswered {
            request.startAnew()
            held.append(request)
        } else {
            inFlight -= 1
            request.finish()
        }
        if request === stopping { perform(gate.answered()) }
        // A request that leaves a transaction open would take the next ones into it.
        if !isLost, !isLeased, pipeline.isEmpty, !libpq.isOutsideTransaction {
            return lose(PostgresError(.connectionLost, "a statement left a transaction open"))
        }
        stopWhatIsUnwanted()
        sendHeld()
        if isAnswered { observer?.connection(self, didAnswer: request) }
    }

    // MARK: - Cancelling

    /// Asks the server to stop the request, once it is at it. Whether that worked shows in the
    /// answer. Another request that is stopped by mistake is sent again.
    func cancel(_ request: Request) {
        if let index = held.firstIndex(where: { $0 === request }) {
            held.remove(at: index)
            inFlight -= 1
            request.finish(with: .failure(PostgresError(.cancelled, "the task was cancelled")))
            observer?.connection(self, didAnswer: request)
            return
        }
        guard !isLost, !request.isAnswered else { return }
        request.isStopped = true
        stopWhatIsUnwanted()
    }

    private func stopWhatIsUnwanted() {
        guard !isLost, !gate.isClosed, let current = pipeline.current, current.isStopped else {
            return
        }
        for other in pipeline.outstanding where other !== current { other.mayBeHit = true }
        stopping = current
        cancelPause = Self.cancelPauseMin
        perform(gate.ask())
        observer?.connection(self, isBlocked: true)
    }

    private func perform(_ action: CancelGate.Action) {
        guard !isLost else { return }
        switch action {
        case .none: break
        case .ask:
            let canceller = libpq.canceller()
            let bound = LoopBound(self, loop: loop)
            BlockingThread.shared.submit {
                canceller?.cancel()
                bound.loop.execute { bound.value.perform(bound.value.gate.asked()) }
            }
        case .askLater:
            cancelTimer = loop.schedule(after: cancelPause) { [self] in
                cancelTimer = nil
                perform(gate.askAgain())
            }
            cancelPause = min(cancelPause * 2, Self.cancelPauseMax)
        case .open:
            if let cancelTimer { loop.cancel(cancelTimer) }
            cancelTimer = nil
            stopping = nil
            stopWhatIsUnwanted()
            guard !gate.isClosed else { return }
            sendHeld()
            observer?.connection(self, isBlocked: false)
        }
    }

    private func sendHeld() {
        guard !gate.isClosed, !held.isEmpty else { return }
        let waiting = held
        held = []
        for request in waiting {
            if isLost {
                request.lose(PostgresError(.connectionLost, "it is closed"), isUndone: true)
            } else {
                transmit(request)
            }
        }
    }

    // MARK: - The end

    /// Fails everything that is under way. What might have been committed says so.
    func lose(_ error: PostgresError) {
        guard !isLost else { return }
        isLost = true
        if let registration { loop.deregister(registration) }
        registration = nil
        if let cancelTimer { loop.cancel(cancelTimer) }
        cancelTimer = nil
        // A server that says why it ends the connection has not finished what it was doing, unless
        // it was about to answer a COMMIT already.
        let isUndone = error.sqlState?.rawValue.hasPrefix("57P0") == true
        let committing = pipeline.mayHaveCommitted ? pipeline.current : nil
        for request in pipeline.takeAll() {
            request.lose(error, isUndone: isUndone && request !== committing)
        }
        for request in held { request.lose(error, isUndone: true) }
        held = []
        stopping = nil
        inFlight = 0
        observer?.connectionWasLost(self)
    }
}

/// Who has to know how a connection fares. Called on its loop.
protocol ConnectionObserver: AnyObject {
    func connection(_ connection: Connection, didAnswer request: Request)
    /// Whether it takes nothing for the moment.
    func connection(_ connection: Connection, isBlocked: Bool)
    func connectionWasLost(_ connection: Connection)
}
