internal import Reactor
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine

/// Keeps a number of calls in flight on a number of connections, and measures them.
///
/// The loop is closed: each caller begins its next call when the one before has ended, so the
/// latencies are those of that number of callers and say nothing about a higher rate. Every
/// connection belongs to one event loop, and its callers run on that loop's thread: a call crosses
/// no thread on the client's side.
struct LoadGenerator: Sendable {
    /// How many connections are being made at the same time.
    static let connectingMax = 64
    /// After that many failures in a row a caller stops; a server that is gone would otherwise be
    /// asked again without pause.
    static let consecutiveFailuresMax = 100

    let target: ServerTarget
    /// The event loops, a group for each: the connection of a client is then on a known loop.
    let groups: [EventLoopGroup]
    let warmUp: Duration
    let length: Duration

    /// Measures one shape.
    ///
    /// - Throws: `CommandFailure` or `RPCError` when a connection cannot be made; calls that fail
    ///   are counted instead.
    func measure(_ workload: Workload, _ shape: Shape) async throws -> (Tally, MeasuredWindow) {
        let connections = try await connect(shape.connections, workload.warmUp)
        let tallies = groups.map { LoopBound(LoopTally(), loop: $0.next()) }
        let window = MeasuredWindow(from: .now(), warmUp: warmUp, length: length)
        await withTaskGroup(of: Void.self) { group in
            var seed: UInt64 = 0
            for connection in connections {
                let client = QuotaServiceClient(connection.client)
                let tally = tallies[connection.loopIndex]
                for _ in 0..<shape.inFlight {
                    let choice = TenantChoice(seed: seed, count: workload.codes.count)
                    seed += 1
                    group.addTask(executorPreference: tally.loop) {
                        await Self.drive(client, workload, choice, window, tally)
                    }
                }
            }
        }
        let total = await collect(tallies)
        for connection in connections { await connection.client.close() }
        return (total, window)
    }

    /// One caller: a call after another until the window closes.
    private static func drive(
        _ client: QuotaServiceClient, _ workload: Workload, _ choice: TenantChoice,
        _ window: MeasuredWindow, _ tally: LoopBound<LoopTally>
    ) async {
        var choice = choice
        var failuresInARow = 0
        var begin = MonotonicInstant.now()
        while begin < window.end, failuresInARow < consecutiveFailuresMax {
            let outcome = await workload.call(client, tenant: choice.next())
            // The end of a call is the beginning of the next: one reading of the clock for both.
            let end = MonotonicInstant.now()
            tally.value.record(outcome, from: begin, to: end, in: window)
            if case .failed = outcome { failuresInARow += 1 } else { failuresInARow = 0 }
            begin = end
        }
    }

    /// Reads each tally on the loop that wrote it.
    private func collect(_ tallies: [LoopBound<LoopTally>]) async -> Tally {
        await withTaskGroup(of: Tally.self) { group in
            for tally in tallies {
                group.addTask(executorPreference: tally.loop) { tally.value.tally }
            }
            return await group.reduce(into: Tally()) { $0.merge($1) }
        }
    }

    // MARK: Connections

    private struct Connected: Sendable {
        let client: TTRPCClient
        let loopIndex: Int
    }

    /// Opens every connection before the first measured call, the loops taking turns.
    ///
    /// - Throws: the first error, after which no connection is open.
    private func connect(_ count: Int, _ first: Workload) async throws -> [Connected] {
        try await withThrowingTaskGroup(of: Connected.self) { group in
            var connections: [Connected] = []
            for index in 0..<count {
                if index >= Self.connectingMax, let connected = try await group.next() {
                    connections.append(connected)
                }
                group.addTask {
                    let loopIndex = index % groups.count
                    let client = try ServerConnector.client(for: target, on: groups[loopIndex])
                    // A client connects with its first call, and that one is not to be measured.
                    try await first.attempt(QuotaServiceClient(client), tenant: 0)
                    return Connected(client: client, loopIndex: loopIndex)
                }
            }
            for try await connected in group { connections.append(connected) }
            return connections
        }
    }
}
