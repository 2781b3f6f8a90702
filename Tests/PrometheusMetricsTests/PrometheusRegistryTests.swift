internal import CoreMetrics
internal import Testing

@testable internal import PrometheusMetrics

@Suite("The metrics page")
struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry([
        MetricDescription("call.duration", help: "How long \\ calls\ntake.", bounds: [0.001, 0.1])
    ])

    /// The samples of the page whose names begin so.
    private func lines(_ prefix: String) -> [String] {
        registry.page().split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
    }

    @Test("A counter's family ends with total, and its labels are sorted and escaped")
    func counter() {
        let counter = Counter(
            label: "seen.things", dimensions: [("b.b", "x\"y\\z\n"), ("a", "1")],
            factory: registry)
        counter.increment(by: 3)
        counter.increment()
        #expect(
            lines("seen_things")
                == [#"seen_things_total{a="1",b_b="x\"y\\z\n"} 4"#])
    }

    @Test("A timer is a histogram in seconds whose buckets add up")
    func timer() {
        let timer = Timer(label: "call.duration", dimensions: [("m", "A")], factory: registry)
        timer.recordNanoseconds(500_000)
        timer.recordNanoseconds(1_000_000)
        timer.recordNanoseconds(50_000_000)
        timer.recordNanoseconds(3_000_000_000)
        #expect(
            lines("call_duration") == [
                #"call_duration_seconds_bucket{m="A",le="0.001"} 2"#,
                #"call_duration_seconds_bucket{m="A",le="0.1"} 3"#,
                #"call_duration_seconds_bucket{m="A",le="+Inf"} 4"#,
                #"call_duration_seconds_sum{m="A"} 3.0515"#,
                #"call_duration_seconds_count{m="A"} 4"#,
            ])
        #expect(lines("# HELP call_").first?.hasSuffix(#"How long \\ calls\ntake."#) == true)
        #expect(lines("# TYPE call_") == ["# TYPE call_duration_seconds histogram"])
    }

    @Test("What was never measured has no samples")
    func empty() {
        _ = Timer(label: "call.duration", dimensions: [], factory: registry)
        #expect(lines("call_duration").isEmpty)
    }

    @Test("The same label and dimensions are one series, in whatever order they come")
    func same() {
        for dimensions in [[("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")]] {
            Counter(label: "one", dimensions: dimensions, factory: registry).increment()
        }
        #expect(lines("one_total") == [#"one_total{a="1",b="2"} 2"#])
    }

    @Test("Meters go up and down, and recorders that aggregate are histograms")
    func meters() {
        let meter = Meter(label: "level", factory: registry)
        meter.set(2.5)
        meter.increment(by: 1)
        meter.decrement(by: 0.25)
        #expect(lines("level") == ["level 3.25"])
        let sizes = Recorder(label: "sizes", dimensions: [], aggregate: true, factory: registry)
        sizes.record(0.5)
        sizes.record(20)
        #expect(lines("sizes_sum") == ["sizes_sum 20.5"])
        #expect(lines("sizes_count") == ["sizes_count 2"])
    }

    @Test("A name of another type is refused, and counted")
    func otherType() {
        Meter(label: "mixed_total", factory: registry).set(1)
        Counter(label: "mixed", factory: registry).increment()
        #expect(lines("mixed_total") == ["mixed_total 1"])
        #expect(lines("metrics_series_refused_total") == ["metrics_series_refused_total 1"])
    }

    @Test("Series without end are refused at the limit")
    func tooMany() {
        for index in 0..<PrometheusRegistry.seriesMax {
            Counter(label: "many", dimensions: [("i", "\(index)")], factory: registry).increment()
        }
        // The registry's own series is one of them.
        #expect(lines("many_total").count == PrometheusRegistry.seriesMax - 1)
        #expect(lines("metrics_series_refused_total") == ["metrics_series_refused_total 1"])
    }

    @Test("What is asked for at the time may have no answer")
    func observed() {
        registry.observe(.gauge, "there", unit: "bytes", help: "There.") { 7 }
        registry.observe(.gauge, "away", help: "Away.") { nil }
        #expect(lines("there") == ["there_bytes 7"])
        #expect(lines("away").isEmpty)
    }

    @Test("Measuring from many threads loses nothing")
    func threads() async {
        let timer = Timer(label: "call.duration", dimensions: [], factory: registry)
        let counter = FloatingPointCounter(label: "sum", factory: registry)
        await withTaskGroup { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    for _ in 0..<1000 {
                        timer.recordNanoseconds(1_000_000)
                        counter.increment(by: 0.5)
                    }
                }
            }
        }
        #expect(lines("call_duration_seconds_count") == ["call_duration_seconds_count 8000"])
        #expect(lines("call_duration_seconds_sum") == ["call_duration_seconds_sum 8"])
        #expect(lines("sum_total") == ["sum_total 4000"])
    }

    @Test("The process is shown as the kernel sees it")
    func process() throws {
        ProcessMetrics.observe(on: registry)
        for name in ["resident_memory_bytes", "open_fds", "max_fds", "cpu_seconds_total"] {
            let line = try #require(lines("process_\(name) ").first)
            #expect(try #require(Double(line.split(separator: " ")[1])) > 0)
        }
    }

    @Test(
        "Names have letters, digits and underscores only",
        arguments: [("a.b-c", "a_b_c"), ("9x", "_9x"), ("", "_"), ("ok_1", "ok_1")])
    func names(text: String, name: String) {
        #expect(MetricName.spelled(text) == name)
    }

    @Test(
        "Numbers read back as they were",
        arguments: [
            (0, "0"), (1e15, "1000000000000000"), (0.000_025, "2.5e-05"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"), (1.5, "1.5"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(PageWriter.number(value) == text)
    }
}
