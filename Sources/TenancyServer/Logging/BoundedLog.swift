internal import Logging
internal import Synchronization
internal import Tenancy

/// What others cause to be logged: so many lines a second, and the rest as a number. Whoever wants
/// to fill the disk, or to keep a loop busy with writing, needs no credential for it.
final class BoundedLog: Sendable {
    static let linesPerSecondMax = 20

    private let logger: Logger
    private let budget: Mutex<LineBudget>

    init(_ logger: Logger, linesPerSecondMax: Int = BoundedLog.linesPerSecondMax) {
        self.logger = logger
        budget = Mutex(LineBudget(linesPerSecondMax: linesPerSecondMax))
    }

    /// - Parameter second: The time in seconds; by default now.
    func write(
        _ level: Logger.Level, _ message: Logger.Message,
        _ metadata: @autoclosure () -> Logger.Metadata,
        second: Int64 = WallClock.now().microseconds / 1_000_000
    ) {
        guard let dropped = budget.withLock({ $0.admit(second: second) }) else { return }
        var metadata = metadata()
        if dropped > 0 { metadata["lines_dropped_before"] = "\(dropped)" }
        logger.log(level: level, message, metadata: metadata)
    }
}
