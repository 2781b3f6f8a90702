internal import CoreMetrics
internal import Synchronization

/// How often a duration or a size fell into each bucket, and their sum. A measurement is two atomic
/// additions: no lock, no allocation.
///
/// `@unchecked Sendable`: the buckets are atomics in memory that is made once and freed with the
/// object; the pointer never changes.
final class HistogramSeries: TimerHandler, RecorderHandler, Series, @unchecked Sendable {
    /// The upper bounds as they are compared: nanoseconds for a timer.
    private let bounds: [Double]
    /// What one unit of the page is in what is measured.
    private let scale: Double
    /// One for each bound, and one for what is above all of them.
    private let buckets: UnsafeMutablePointer<Atomic<UInt64>>
    private let bucketCount: Int
    /// What was measured in whole numbers, which add without a retry, and what was not.
    private let wholeSum = Atomic<Int64>(0)
    private let fractionSum = AtomicDouble()

    /// - Parameters:
    ///   - bounds: Ascending, in the page's unit.
    ///   - scale: What one of the page's units is in what is measured.
    init(bounds: [Double], scale: Double = 1) {
        precondition(bounds == bounds.sorted(), "a histogram's bounds ascend")
        self.bounds = bounds.map { $0 * scale }
        self.scale = scale
        bucketCount = bounds.count + 1
        buckets = .allocate(capacity: bucketCount)
        for index in 0..<bucketCount { (buckets + index).initialize(to: Atomic(0)) }
    }

    deinit {
        buckets.deinitialize(count: bucketCount)
        buckets.deallocate()
    }

    func recordNanoseconds(_ duration: Int64) { record(duration) }

    func record(_ value: Int64) {
        count(Double(value))
        wholeSum.wrappingAdd(value, ordering: .relaxed)
    }

    func record(_ value: Double) {
        count(value)
        fractionSum.add(value)
    }

    private func count(_ value: Double) {
        var index = 0
        // A dozen comparisons of neighbours beat a binary search's mispredictions.
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].wrappingAdd(1, ordering: .relaxed)
    }

    /// A histogram without a measurement is not shown: a method has one for every status.
    func write(to page: inout PageWriter, family: String, labels: String) {
        var total: UInt64 = 0
        let counts = (0..<bucketCount).map { buckets[$0].load(ordering: .relaxed) }
        guard counts.contains(where: { $0 > 0 }) else { return }
        let prefix = labels.isEmpty ? "" : labels + ","
        for (index, count) in counts.enumerated() {
            total += count
            let bound =
                index < bounds.count ? PageWriter.number(bounds[index] / scale) : "+Inf"
            page.sample("\(family)_bucket", "\(prefix)le=\"\(bound)\"", Double(total))
        }
        let sum = Double(wholeSum.load(ordering: .relaxed)) + fractionSum.load()
        page.sample("\(family)_sum", labels, sum / scale)
        page.sample("\(family)_count", labels, Double(total))
    }
}
