package import CoreMetrics
internal import Synchronization

/// The metrics of a process, and the page that Prometheus reads them from.
///
/// Making a metric takes a lock; measuring takes none. A metric is made once and kept: the same
/// label and dimensions are the same series.
package final class PrometheusRegistry: MetricsFactory {
    /// How many series are kept. One more is not: what makes series without end would fill the
    /// memory and the page.
    package static let seriesMax = 20_000

    /// What is asked for when the page is.
    package enum ObservedKind: String, Sendable {
        case gauge
        case counter
    }

    private struct Family {
        let type: String
        let help: String
        /// By their labels.
        var series: [String: any Series] = [:]
    }

    private let descriptions: [String: MetricDescription]
    private let families = Mutex<[String: Family]>([:])
    private let refused = Atomic<Int64>(0)

    /// - Parameter descriptions: What is known of the metrics to come; of others the page can say
    ///   little.
    package init(_ descriptions: [MetricDescription] = []) {
        self.descriptions = Dictionary(
            descriptions.map { ($0.label, $0) }, uniquingKeysWith: { first, _ in first })
        observe(
            .counter, "metrics.series.refused",
            help: "Metrics that were not kept because there were too many."
        ) { [weak self] in self.map { Double($0.refused.load(ordering: .relaxed)) } }
    }

    /// Adds a number that is asked for whenever the page is; nil leaves it out.
    package func observe(
        _ kind: ObservedKind, _ label: String, unit: String = "", help: String,
        _ read: @escaping @Sendable () -> Double?
    ) {
        let name = MetricName.family(label, suffix: unit)
        let family = kind == .counter ? MetricName.family(name, suffix: "total") : name
        families.withLock { families in
            families[family, default: Family(type: kind.rawValue, help: help)].series[""] =
                ObservedSeries(read)
        }
    }

    /// Everything, as Prometheus's text format has it.
    package func page() -> String {
        var page = PageWriter()
        for (name, family) in families.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            page.family(name, type: family.type, help: family.help)
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.write(to: &page, family: name, labels: labels)
            }
        }
        return page.text
    }

    // MARK: Making metrics

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, "counter", suffix: "total") { _ in CounterSeries() }
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, "counter", suffix: "total") { _ in FloatingPointCounterSeries() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, "gauge") { _ in GaugeSeries() }
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions, "gauge") { _ in GaugeSeries() } }
        return series(label, dimensions, "histogram") { HistogramSeries(bounds: $0) }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, "histogram", suffix: "seconds") {
            HistogramSeries(bounds: $0, scale: 1e9)
        }
    }

    // A series stays: a counter that vanishes and comes back from zero is a reset to Prometheus.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// The series of a label and its dimensions, made when it is not there yet. One that cannot be
    /// kept is given out all the same, and shown nowhere.
    private func series<Handler: Series>(
        _ label: String, _ dimensions: [(String, String)], _ type: String, suffix: String = "",
        _ make: ([Double]) -> Handler
    ) -> Handler {
        let name = MetricName.family(label, suffix: suffix)
        let labels = MetricName.labels(dimensions)
        let description = descriptions[label] ?? MetricDescription(label, help: "\(label).")
        return families.withLock { families in
            if let found = families[name]?.series[labels] as? Handler { return found }
            let made = make(description.bounds)
            let count = families.values.reduce(0) { $0 + $1.series.count }
            // A name has one type; whoever comes with another is not shown under it.
            let hasOtherType = families[name].map { $0.type != type } ?? false
            guard count < Self.seriesMax, !hasOtherType else {
                refused.wrappingAdd(1, ordering: .relaxed)
                return made
            }
            families[name, default: Family(type: type, help: description.help)].series[labels] =
                made
            return made
        }
    }
}
