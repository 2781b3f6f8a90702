package import Reactor
internal import Synchronization

/// A ttrpc client: connections that are made when they are needed and replaced when they are lost,
/// retries of what is safe to retry, and the calls on top.
///
/// ```swift
/// let client = try TTRPCClient(address: .unix(path: "/run/echo.sock"))
/// let answer = try await EchoServiceClient(client).unary(request)
/// await client.close()
/// ```
public final class TTRPCClient: RPCCaller {
    let configuration: ClientConfiguration
    private let lanes: [ClientLane]
    private let group: EventLoopGroup
    private let ownsGroup: Bool
    private let turn = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)
    private let budget: Mutex<RetryBudget>
    /// So that a success need not take the lock while nothing is to be given back.
    private let isBudgetFull = Atomic<Bool>(true)

    /// Connects with the first call, not here.
    ///
    /// - Parameters:
    ///   - address: Where the server listens. Every address of a host name is tried in turn.
    ///   - tls: How to speak TLS; nil is plain text.
    /// - Throws: `RuntimeError` for an address that cannot be, or when the process is out of
    ///   descriptors.
    public convenience init(
        address: SocketAddress, tls: ClientTLS? = nil, configuration: ClientConfiguration = .init()
    ) throws(RuntimeError) {
        let target = try ClientTarget(address: address, tls: tls)
        let group: EventLoopGroup
        do {
            group = try EventLoopGroup(
                count: max(1, configuration.loopCount), name: "ttrpc-client",
                busyPoll: configuration.busyPoll)
        } catch {
            throw RuntimeError(.outOfResources, "event loops", cause: error)
        }
        self.init(target: target, configuration: configuration, group: group, ownsGroup: true)
    }

    /// The same on loops that somebody else owns. A call from a task on the loop of its connection
    /// does not leave the thread.
    package convenience init(
        address: SocketAddress, tls: ClientTLS? = nil, configuration: ClientConfiguration = .init(),
        group: EventLoopGroup
    ) throws(RuntimeError) {
        self.init(
            target: try ClientTarget(address: address, tls: tls), configuration: configuration,
            group: group, ownsGroup: false)
    }

    /// - Parameter firstID: See `ClientLane`.
    init(
        target: ClientTarget, configuration: ClientConfiguration, group: EventLoopGroup,
        ownsGroup: Bool, firstID: UInt32 = 1
    ) {
        self.configuration = configuration
        self.group = group
        self.ownsGroup = ownsGroup
        budget = Mutex(RetryBudget(configuration.retry))
        let buffers = group.loops.map { _ in ChannelBuffers() }
        lanes = (0..<max(1, configuration.connectionsPerClient)).map { index in
            let place = index % group.loops.count
            return ClientLane(
                target: target, limits: configuration.limits, buffers: buffers[place],
                loop: group.loops[place], firstID: firstID,
                tellsOfUnaryCallsGivenUp: configuration.tellsOfUnaryCallsGivenUp)
        }
    }

    deinit {
        guard !isClosed.load(ordering: .relaxed) else { return }
        for lane in lanes { lane.loop.execute { lane.close() } }
        guard ownsGroup else { return }
        BlockingThread.shared.submit { [group] in group.shutdown() }
    }

    /// Ends every call in flight with `CANCELLED`, closes the connections, and returns when that is
    /// done. A call made later fails with `CANCELLED`.
    public func close() async {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        for lane in lanes {
            await withCheckedContinuation { continuation in
                lane.loop.execute {
                    lane.close()
                    continuation.resume()
                }
            }
        }
        guard ownsGroup else { return }
        await withCheckedContinuation { continuation in
            BlockingThread.shared.submit { [group] in
                group.shutdown()
                continuation.resume()
            }
        }
    }

    // MARK: - What every call needs

    /// The lane of the next call: one on the caller's own loop when there is one, else the next.
    func nextLane() -> ClientLane {
        guard lanes.count > 1 else { return lanes[0] }
        let count = UInt(lanes.count)
        let start = UInt(bitPattern: turn.wrappingAdd(1, ordering: .relaxed).oldValue) % count
        if let current = EventLoop.current {
            for offset in 0..<count {
                let lane = lanes[Int((start + offset) % count)]
                if lane.loop === current { return lane }
            }
        }
        return lanes[Int(start)]
    }

    func prepared(
        _ options: CallOptions, service: String, method: String
    ) throws(RPCError) -> CallOptions {
        guard !configuration.interceptors.isEmpty else { return options }
        var options = options
        for interceptor in configuration.interceptors {
            try interceptor.prepare(&options, service: service, method: method)
        }
        return options
    }

    /// What is to be told how the call ended; nil when nobody wants to know.
    func observer(
        _ options: inout CallOptions, service: String, method: String
    ) -> (@Sendable (RPCError?) -> Void)? {
        guard !configuration.interceptors.isEmpty else { return nil }
        var observers: [@Sendable (RPCError?) -> Void] = []
        for interceptor in configuration.interceptors {
            if let observer = interceptor.observe(&options, service: service, method: method) {
                observers.append(observer)
            }
        }
        guard !observers.isEmpty else { return nil }
        return { [observers] failure in for observer in observers { observer(failure) } }
    }

    func succeeded() {
        guard !isBudgetFull.load(ordering: .relaxed) else { return }
        budget.withLock { budget in
            budget.succeeded()
            isBudgetFull.store(budget.isFull, ordering: .relaxed)
        }
    }

    /// What to do after a try that failed.
    func verdict(
        _ attempts: inout CallAttempts, _ failure: CallFailure
    ) -> CallAttempts.Verdict {
        let jitter = Int.random(in: Backoff.jitters)
        return budget.withLock { budget in
            defer { isBudgetFull.store(budget.isFull, ordering: .relaxed) }
            return attempts.failed(failure, now: .now(), budget: &budget, jitter: jitter)
        }
    }

    /// Whether a hedged call begins another try.
    func takeHedge(_ plan: inout HedgePlan) -> Bool {
        budget.withLock { budget in
            defer { isBudgetFull.store(budget.isFull, ordering: .relaxed) }
            return plan.delayPassed(budget: &budget)
        }
    }
}
