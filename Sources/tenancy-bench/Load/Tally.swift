internal import Reactor
internal import TTRPC

/// How one call ended.
enum Outcome: Sendable, Hashable {
    case succeeded
    /// The quota had not that much left: a right answer of Consume.
    case denied
    case failed(RPCError.Code)
}

/// What was measured: how many calls ended, how, and how long they took.
struct Tally: Sendable {
    /// Calls that ended inside the window, whatever their outcome but failure.
    private(set) var completed: UInt64 = 0
    /// Those of them that the quota denied.
    private(set) var denied: UInt64 = 0
    /// Failures by status, inside and outside the window: a benchmark that fails while it warms up
    /// measures something else than it says.
    private(set) var failures: [RPCError.Code: UInt64] = [:]
    /// The latencies of the calls that began inside the window. One that begins inside and ends
    /// after it is kept: dropping it would drop the slowest call of every connection.
    private(set) var latencies = LatencyHistogram()

    mutating func record(
        _ outcome: Outcome, from begin: MonotonicInstant, to end: MonotonicInstant,
        in window: MeasuredWindow
    ) {
        if case .failed(let code) = outcome {
            failures[code, default: 0] += 1
            return
        }
        if window.holds(end) {
            completed &+= 1
            if outcome == .denied { denied &+= 1 }
        }
        if window.holds(begin) {
            latencies.record(nanoseconds: end.nanoseconds &- begin.nanoseconds)
        }
    }

    mutating func merge(_ other: Tally) {
        completed &+= other.completed
        denied &+= other.denied
        failures.merge(other.failures) { $0 &+ $1 }
        latencies.merge(other.latencies)
    }
}

/// The tally of one loop. Every task of the loop writes to it, one at a time, because they all run
/// on its thread; a tally for each task would be 30 KiB for each call in flight.
final class LoopTally {
    private(set) var tally = Tally()

    func record(
        _ outcome: Outcome, from begin: MonotonicInstant, to end: MonotonicInstant,
        in window: MeasuredWindow
    ) {
        tally.record(outcome, from: begin, to: end, in: window)
    }
}
