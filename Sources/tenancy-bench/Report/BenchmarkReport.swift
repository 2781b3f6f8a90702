internal import TTRPC
internal import TenancyCommandLine

/// Everything a run found out, as its JSON file holds it.
struct BenchmarkReport: Codable, Sendable, Equatable {
    var machine: MachineInfo
    var settings: Settings
    var measurements: [Measurement] = []

    /// What was asked for.
    struct Settings: Codable, Sendable, Equatable {
        /// `unix` or `tls`.
        var transport: String
        var warmUpSeconds: Double
        var seconds: Double
        var tenants: Int
        var resource: MeasuredResource
        /// The event loops, and so the threads, of the load generator.
        var loops: Int
    }

    /// One method at one shape.
    struct Measurement: Codable, Sendable, Equatable {
        var method: MeasuredMethod
        var connections: Int
        var inFlightPerConnection: Int
        /// Calls that ended inside the window, without those that failed.
        var calls: UInt64
        var callsPerSecond: Double
        /// Calls of Consume that the quota denied; they are among `calls`.
        var denied: UInt64
        /// Calls that failed, by status.
        var failures: [String: UInt64]
        var latencyMicroseconds: Latency
    }

    /// Percentiles are at most 0.8 % too high; mean and maximum are exact.
    struct Latency: Codable, Sendable, Equatable {
        var mean: Double
        var p50: Double
        var p99: Double
        var p999: Double
        var max: Double

        init(_ histogram: LatencyHistogram) {
            mean = histogram.mean / 1000
            p50 = Double(histogram.percentile(0.5)) / 1000
            p99 = Double(histogram.percentile(0.99)) / 1000
            p999 = Double(histogram.percentile(0.999)) / 1000
            max = Double(histogram.max) / 1000
        }
    }

    /// How many calls failed in all measurements.
    var failedCalls: UInt64 {
        measurements.reduce(0) { $0 + $1.failures.values.reduce(0, +) }
    }
}

extension BenchmarkReport.Measurement {
    init(_ method: MeasuredMethod, _ shape: Shape, _ tally: Tally, seconds: Double) {
        self.method = method
        connections = shape.connections
        inFlightPerConnection = shape.inFlight
        calls = tally.completed
        callsPerSecond = seconds > 0 ? (Double(tally.completed) / seconds).rounded() : 0
        denied = tally.denied
        failures = [:]
        for (code, count) in tally.failures { failures["\(code)"] = count }
        latencyMicroseconds = BenchmarkReport.Latency(tally.latencies)
    }
}
