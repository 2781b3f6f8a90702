internal import Reactor

/// The connections of one loop. Everything on the loop, so nothing takes a lock. `PoolState`
/// decides.
final class Pool: ConnectionObserver {
    private enum Waiter {
        case request(Request)
        case lease(Lease)
    }

    private struct Waiting {
        let waiter: Waiter
        let timer: Reactor.Timer
    }

    private let loop: EventLoop
    private let configuration: PostgresConfiguration
    private var state: PoolState
    private var connections: [PoolState.MemberID: Connection] = [:]
    private var waiting: [PoolState.WaiterID: Waiting] = [:]
    private var backoff: Duration
    private var rest: Reactor.Timer?
    private var lastFailure: PostgresError?
    private var isServing = false

    init(configuration: PostgresConfiguration, loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        backoff = configuration.backoffMin
        state = PoolState(
            membersMax: configuration.connectionsMax, depthMax: configuration.pipelineDepthMax,
            waitersMax: configuration.waitersMax)
    }

    // MARK: - Wishes

    func submit(_ request: Request) {
        switch state.admit(.request, for: request.party) {
        case .member(let id): send(request, to: id)
        case .waits(let id):
            request.waiterID = id
            park(.request(request), as: id)
        case .refused: request.finish(with: .failure(refusal))
        case .closed: request.finish(with: .failure(Self.closed))
        }
        connectIfNeeded()
    }

    func lease(_ lease: Lease) {
        switch state.admit(.lease, for: lease.party) {
        case .member(let id): lend(id, to: lease)
        case .waits(let id):
            lease.waiterID = id
            park(.lease(lease), as: id)
        case .refused: lease.finish(with: .failure(refusal))
        case .closed: lease.finish(with: .failure(Self.closed))
        }
        connectIfNeeded()
    }

    /// Gives back a connection that was lent. One that is not as it was is thrown away.
    func release(_ connection: Connection) {
        connection.isLeased = false
        if !connection.isClean {
            connection.lose(
                PostgresError(.connectionLost, "it was given back with something under way"))
        }
        state.released(connection.id)
        serve()
    }

    /// The caller does not wait any more: who is in line leaves it, and what is under way is
    /// stopped.
    func cancel(_ request: Request) {
        if let id = request.waiterID, unpark(id) != nil {
            // It was never sent.
        } else if let id = request.memberID, !request.isAnswered {
            connections[id]?.cancel(request)
        }
        request.finish(with: .failure(Self.cancelled))
    }

    func cancel(_ lease: Lease) {
        guard let id = lease.waiterID, unpark(id) != nil else { return }
        lease.finish(with: .failure(Self.cancelled))
    }

    func close() {
        if let rest { loop.cancel(rest) }
        rest = nil
        for id in state.close() {
            guard let waiter = unpark(id) else { continue }
            answer(waiter, Self.closed)
        }
        for connection in connections.values { connection.lose(Self.closed) }
        connections = [:]
    }

    private func send(_ request: Request, to id: PoolState.MemberID) {
        guard let connection = connections[id] else {
            preconditionFailure("the pool knows its connections")
        }
        request.memberID = id
        connection.submit(request)
    }

    private func lend(_ id: PoolState.MemberID, to lease: Lease) {
        guard let connection = connections[id] else {
            preconditionFailure("the pool knows its connections")
        }
        connection.isLeased = true
        lease.finish(with: .success(LoopBound(connection, loop: loop)))
    }

    // MARK: - The line

    /// Lets it wait for `acquireTimeMax`, and again while it waits for its own party's requests: in
    /// a connection behind them it would wait as long, until its caller gives up.
    private func park(_ waiter: Waiter, as id: PoolState.WaiterID) {
        let timer = loop.schedule(after: configuration.acquireTimeMax) { [self] in timeOut(id) }
        waiting[id] = Waiting(waiter: waiter, timer: timer)
    }

    private func unpark(_ id: PoolState.WaiterID) -> Waiter? {
        guard let parked = waiting.removeValue(forKey: id) else { return nil }
        _ = state.leave(id)
        loop.cancel(parked.timer)
        return parked.waiter
    }

    private func timeOut(_ id: PoolState.WaiterID) {
        if state.waitsForItsOwn(id), let parked = waiting[id] { return park(parked.waiter, as: id) }
        guard let late = unpark(id) else { return }
        let error =
            lastFailure
            ?? PostgresError(
                .poolExhausted, "no connection was free within \(configuration.acquireTimeMax)")
        answer(late, error)
    }

    private func answer(_ waiter: Waiter, _ error: PostgresError) {
        switch waiter {
        case .request(let request): request.finish(with: .failure(error))
        case .lease(let lease): lease.finish(with: .failure(error))
        }
    }

    private func serve() {
        // What is sent may be answered at once, and that ends up here again.
        guard !isServing else { return }
        isServing = true
        defer { isServing = false }
        while let assignment = state.nextAssignment() {
            switch unpark(assignment.waiter) {
            case .request(let request): send(request, to: assignment.member)
            case .lease(let lease): lend(assignment.member, to: lease)
            case nil: preconditionFailure("who waits is parked")
            }
        }
        connectIfNeeded()
    }

    private static var closed: PostgresError {
        PostgresError(.closed, "the client has been shut down")
    }

    private static var cancelled: PostgresError {
        PostgresError(.cancelled, "the task was cancelled")
    }

    private var refusal: PostgresError {
        PostgresError(
            .poolExhausted, "\(configuration.waitersMax) requests wait for a connection already")
    }

    // MARK: - Connecting

    private func connectIfNeeded() {
        guard state.mustConnect() else { return }
        let bound = LoopBound(self, loop: loop)
        let configuration = self.configuration
        do {
            // A thread of its own: names are resolved and TLS shakes hands in blocking calls, and a
            // server that does not answer must not hold up what else blocks.
            try Thread.detach(name: "pg-connect") {
                let result = Result { () throws(PostgresError) -> LibPQTransfer in
                    LibPQTransfer(
                        try LibPQ(
                            connecting: configuration.url,
                            applicationName: configuration.applicationName,
                            timeoutSeconds: configuration.connectTimeMaxSeconds))
                }
                bound.loop.execute { bound.value.connected(result) }
            }
        } catch {
            failed(PostgresError(.connectionLost, "\(error)"))
        }
    }

    private func connected(_ result: Result<LibPQTransfer, PostgresError>) {
        do {
            let libpq = try result.get().value
            guard let id = state.connected() else { return }
            do {
                let connection = try Connection(
                    libpq, id: id, configuration: configuration, loop: loop)
                try connection.start()
                connection.observer = self
                connections[id] = connection
            } catch {
                state.lost(id)
                throw error
            }
            backoff = configuration.backoffMin
            lastFailure = nil
            serve()
        } catch {
            failed(error as? PostgresError ?? PostgresError(.connectionLost, "\(error)"))
        }
    }

    /// Waits before the next attempt; jittered, so that many servers do not come back as one.
    private func failed(_ error: PostgresError) {
        lastFailure = error
        guard state.connectFailed() else { return }
        let pause = backoff * Double.random(in: 0.5...1.0)
        backoff = min(backoff * 2, configuration.backoffMax)
        rest = loop.schedule(after: pause) { [self] in
            rest = nil
            state.rested()
            connectIfNeeded()
        }
    }

    // MARK: - What connections tell

    func connection(_ connection: Connection, didAnswer request: Request) {
        // What is lent is not shared, so its answers count for nobody else.
        if !connection.isLeased { state.answered(connection.id, for: request.party) }
        serve()
    }

    func connection(_ connection: Connection, isBlocked: Bool) {
        state.setBlocked(connection.id, isBlocked)
        if !isBlocked { serve() }
    }

    func connectionWasLost(_ connection: Connection) {
        state.lost(connection.id)
        connections[connection.id] = nil
        serve()
    }
}
