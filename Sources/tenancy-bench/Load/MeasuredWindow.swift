internal import Reactor

/// When calls count.
struct MeasuredWindow: Sendable {
    let start: MonotonicInstant
    let end: MonotonicInstant

    /// A window that opens after the warm-up.
    init(from now: MonotonicInstant, warmUp: Duration, length: Duration) {
        start = now.advanced(by: warmUp)
        end = start.advanced(by: length)
    }

    /// Whether a call that ended then counts for calls per second.
    func holds(_ instant: MonotonicInstant) -> Bool { instant >= start && instant < end }

    var seconds: Double { Double(end.nanoseconds - start.nanoseconds) / 1e9 }
}
