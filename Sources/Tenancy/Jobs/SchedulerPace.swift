/// When a server looks for a job next: at once after it did one, after a while when there was none,
/// and after longer and longer when it could not even look.
package struct SchedulerPace: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        /// A job was claimed and worked on.
        case worked
        /// No job was due.
        case idle
        /// The database could not be asked.
        case failed
    }

    /// The longest wait is so many times the usual one.
    package static let waitFactorMax = 16

    private let interval: Duration
    private var failures = 0

    package init(interval: Duration) {
        self.interval = interval
    }

    /// - Parameter fraction: a random number from 0 to 1. Servers that start together must not
    ///   go on looking together.
    package mutating func wait(after outcome: Outcome, fraction: Double) -> Duration {
        switch outcome {
        case .worked:
            failures = 0
            return .zero
        case .idle:
            failures = 0
            return interval * (0.5 + fraction / 2)
        case .failed:
            failures = min(failures + 1, Self.waitFactorMax)
            let factor = min(1 << failures, Self.waitFactorMax)
            return interval * factor * (0.5 + fraction / 2)
        }
    }
}
