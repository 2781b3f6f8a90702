internal import Synchronization

/// How many handlers of one connection run, on its loop.
///
/// A handler counts until it returns, whatever has become of its call. A peer that opens calls and
/// gives them up at once is always below the limit of calls in flight; if its handlers need time to
/// notice, or never look, they would pile up without an end.
final class RunningHandlers {
    private let limits: ServerLimits
    /// Those of all connections.
    private let all: HandlerCount
    private(set) var count = 0

    init(limits: ServerLimits, all: HandlerCount) {
        self.limits = limits
        self.all = all
    }

    /// What the server has at work for others is no reason to refuse a connection its first few
    /// calls: whoever floods the server is refused, and not whoever comes besides.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` when no further handler of this connection may begin,
    ///   `UNAVAILABLE` when the server as a whole has too much to do.
    func checkRoom() throws(RPCError) {
        let max = limits.callsAtWorkPerConnectionMax
        guard count < max else {
            throw RPCError(
                .resourceExhausted,
                "at most \(max) calls of one connection may be worked on, given up or not")
        }
        guard count < limits.callsAtWorkGuaranteed || all.value < limits.callsAtWorkMax else {
            throw RPCError(
                .unavailable,
                "the server works on \(limits.callsAtWorkMax) calls already; retry later",
                details: [.notBegun, .retryInfo(after: limits.overloadRetryDelay)])
        }
    }

    func begun() {
        count += 1
        all.add(1)
    }

    func ended() {
        count -= 1
        all.add(-1)
    }
}

/// How many handlers of all connections run. Loops that look at once may go over a limit by one
/// each.
final class HandlerCount: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func add(_ change: Int) { count.wrappingAdd(change, ordering: .relaxed) }
}
