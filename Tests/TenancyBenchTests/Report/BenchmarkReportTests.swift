internal import FoundationEssentials
internal import Reactor
internal import TTRPC
internal import Testing

@testable internal import tenancy_bench

@Suite("Benchmark report")
struct BenchmarkReportTests {
    private func report() throws -> BenchmarkReport {
        let window = MeasuredWindow(
            from: MonotonicInstant(nanoseconds: 0), warmUp: .zero, length: .seconds(2))
        var tally = Tally()
        for call in 0..<1000 as Range<UInt64> {
            tally.record(
                call == 999 ? .failed(.unavailable) : .succeeded,
                from: MonotonicInstant(nanoseconds: call * 1000),
                to: MonotonicInstant(nanoseconds: call * 1000 + 50_000), in: window)
        }
        let machine = MachineInfo(
            cores: 2, processor: "P", kernel: "6.1", swift: "6.3", isOptimized: true)
        let settings = BenchmarkReport.Settings(
            transport: "unix", warmUpSeconds: 1, seconds: 2, tenants: 100, resource: .storage,
            loops: 1)
        let shape = try #require(Shape("16x2"))
        return BenchmarkReport(
            machine: machine, settings: settings,
            measurements: [.init(.check, shape, tally, seconds: window.seconds)])
    }

    @Test("The table shows rates, percentiles and failures")
    func text() throws {
        let lines = try report().text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "2 cores, P, Linux 6.1, Swift 6.3, release build")
        let row = try #require(lines.first { $0.hasPrefix("check") })
        let cells = row.split(separator: " ").joined(separator: " ")
        #expect(cells == "check 16x2 500 50.0 µs 50.0 µs 50.0 µs 50.0 µs 999 0 1")
        #expect(lines.last == "failed: check 16x2: UNAVAILABLE 1")
    }

    @Test("The JSON reads back as the same report")
    func json() throws {
        let report = try report()
        let json = try report.json
        #expect(json.contains("\"callsPerSecond\" : 500"))
        let read = try JSONDecoder().decode(BenchmarkReport.self, from: Data(json.utf8))
        #expect(read == report)
        #expect(read.failedCalls == 1)
    }

    @Test("The processor is named as the kernel names it")
    func processor() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2.0GHz\nflags : x\n"
        #expect(MachineInfo.processorName(inCPUInfo: text) == "Some CPU @ 2.0GHz")
        #expect(MachineInfo.processorName(inCPUInfo: "") == "unknown processor")
        #expect(MachineInfo.current().cores > 0)
    }
}
