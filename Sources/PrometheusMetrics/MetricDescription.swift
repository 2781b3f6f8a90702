/// What the page says of a metric besides its numbers.
package struct MetricDescription: Sendable {
    /// The label that the metric is made with, in OpenTelemetry's spelling: `rpc.server.duration`.
    package var label: String
    /// One sentence for people.
    package var help: String
    /// The upper bounds of a histogram's buckets, ascending, in the metric's unit: seconds for a
    /// timer.
    package var bounds: [Double]

    package init(_ label: String, help: String, bounds: [Double] = defaultBounds) {
        self.label = label
        self.help = help
        self.bounds = bounds
    }

    /// From a call answered in memory to one that waits for its deadline, in seconds.
    /// OpenTelemetry's own bounds begin at 5 ms, where most calls here have long ended.
    package static let defaultBounds: [Double] = [
        0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05,
        0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
}
