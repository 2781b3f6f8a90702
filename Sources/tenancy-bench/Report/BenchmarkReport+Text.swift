internal import FoundationEssentials
internal import TenancyCommandLine

extension BenchmarkReport {
    /// The report for people.
    var text: String {
        var table = TextTable([
            ("METHOD", .left), ("SHAPE", .right), ("CALLS/S", .right), ("P50", .right),
            ("P99", .right), ("P99.9", .right), ("MAX", .right), ("CALLS", .right),
            ("DENIED", .right), ("FAILED", .right),
        ])
        for measurement in measurements {
            let latency = measurement.latencyMicroseconds
            table.append(
                [
                    measurement.method.rawValue,
                    "\(measurement.connections)x\(measurement.inFlightPerConnection)",
                    Decimals.grouped(UInt64(measurement.callsPerSecond)),
                ]
                    + [latency.p50, latency.p99, latency.p999, latency.max].map {
                        DurationText.text(nanoseconds: $0 * 1000)
                    } + [
                        Decimals.grouped(measurement.calls), Decimals.grouped(measurement.denied),
                        Decimals.grouped(measurement.failures.values.reduce(0, +)),
                    ])
        }
        return "\(heading)\n\n\(table.text)\(failureLines)"
    }

    private var heading: String {
        let settings = settings
        return """
            \(machine.text)
            transport \(settings.transport), \(Decimals.text(settings.seconds, digits: 1)) s after \
            \(Decimals.text(settings.warmUpSeconds, digits: 1)) s of warm-up, \
            \(Decimals.grouped(settings.tenants)) tenants, resource \
            \(settings.resource.rawValue), \(settings.loops) client loops
            shape: connections x calls in flight on each
            """
    }

    private var failureLines: String {
        measurements.filter { !$0.failures.isEmpty }.map { measurement in
            let counts = measurement.failures.sorted { $0.key < $1.key }
                .map { "\($0.key) \(Decimals.grouped($0.value))" }.joined(separator: ", ")
            let shape = "\(measurement.connections)x\(measurement.inFlightPerConnection)"
            return "failed: \(measurement.method.rawValue) \(shape): \(counts)\n"
        }.joined()
    }

    /// The report for programs, its keys in order so that two reports can be compared line by line.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }
}
