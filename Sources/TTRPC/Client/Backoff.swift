/// Waits that double, each shortened at random by up to half.
struct Backoff {
    private let delayMin: Duration
    private let delayMax: Duration
    /// How many waits came before.
    private(set) var count = 0

    init(delayMin: Duration, delayMax: Duration) {
        self.delayMin = max(delayMin, .milliseconds(1))
        self.delayMax = max(delayMax, self.delayMin)
    }

    /// What of a wait is left, in thousandths, when it is shortened at random. The caller draws it:
    /// so the struct stays pure, and a test chooses.
    static let jitters = 500...1000

    /// The next wait.
    ///
    /// - Parameter jitter: One of `jitters`.
    mutating func next(jitter: Int) -> Duration {
        var delay = delayMin
        for _ in 0..<min(count, 32) where delay < delayMax { delay = min(delay * 2, delayMax) }
        count += 1
        return delay * jitter / 1000
    }

    mutating func reset() {
        count = 0
    }
}
