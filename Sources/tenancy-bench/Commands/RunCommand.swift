internal import ArgumentParser
internal import Reactor
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine

/// Measures methods at shapes.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measure calls per second and latencies.",
        discussion: """
            Each shape is connections x calls in flight on each; every caller begins its next call \
            when the one before has ended. Tenants that are missing are created first. Ends with 1 \
            when a call fails; a call of Consume that the quota denies has not failed.

            tenancy-bench run --tls localhost:7443 --method check --shapes 16x1,16x16 --seconds 10
            """)

    @Option(help: "check or consume; may be repeated. Default: both.")
    var method: [MeasuredMethod] = []
    @Option(help: "What is measured, one after the other.")
    var shapes = ShapeList.usual
    @Option(help: "How long each shape is measured.")
    var seconds = 5.0
    @Option(help: "How many seconds of calls come before, and do not count.")
    var warmup = 1.0
    @Option(help: "Over how many tenants the calls are spread.")
    var tenants = 100
    @Option(
        help: ArgumentHelp(
            "users, apiCalls, storage or transactions. A new tenant has 5 GB, so that storage, in"
                + " bytes, measures what is admitted; other resources are soon used up."))
    var resource = MeasuredResource.storage
    @Option(help: "The threads that make the load. Default: half of the cores.")
    var loops: Int?
    @Option(
        help: ArgumentHelp("Write the report as JSON; - is standard output.", valueName: "file"))
    var json: String?

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions

    static let loopsMax = 64
    static let secondsMax = 3600.0

    func validate() throws {
        guard seconds > 0, seconds <= Self.secondsMax, warmup >= 0, warmup <= Self.secondsMax else {
            throw ValidationError("--seconds and --warmup: up to \(Int(Self.secondsMax))")
        }
        guard (1...TenantLoader.tenantsMax).contains(tenants) else {
            throw ValidationError("--tenants: 1 to \(TenantLoader.tenantsMax)")
        }
        if let loops, !(1...Self.loopsMax).contains(loops) {
            throw ValidationError("--loops: 1 to \(Self.loopsMax)")
        }
    }

    func run() async throws {
        let connection = try connection.resolve(environment: ProcessEnvironment.current)
        try OpenFiles.allow(connections: shapes.shapes.map(\.connections).max() ?? 1)
        try await prepareTenants(connection)
        let machine = MachineInfo.current()
        let loopCount = loops ?? max(1, machine.cores / 2)
        let groups = try (0..<loopCount).map { try EventLoopGroup(count: 1, name: "bench-\($0)") }
        let generator = LoadGenerator(
            target: connection.target, groups: groups, warmUp: .seconds(warmup),
            length: .seconds(seconds))
        var report = BenchmarkReport(
            machine: machine,
            settings: .init(
                transport: connection.target.tls == nil ? "unix" : "tls", warmUpSeconds: warmup,
                seconds: seconds, tenants: tenants, resource: resource, loops: loopCount))
        for method in method.isEmpty ? MeasuredMethod.allCases : method {
            let workload = Workload(
                method: method, resource: resource.resource,
                codes: (0..<tenants).map(TenantLoader.code), options: connection.callOptions)
            for shape in shapes.shapes {
                TextFile.report("measuring \(method.rawValue) \(shape)\n")
                let (tally, window) = try await generator.measure(workload, shape)
                report.measurements.append(.init(method, shape, tally, seconds: window.seconds))
            }
        }
        for group in groups { group.shutdown() }
        try write(report)
    }

    private func prepareTenants(_ connection: Connection) async throws {
        let client = try ServerConnector.client(for: connection.target)
        let loader = TenantLoader(
            client: TenantServiceClient(client), options: connection.callOptions)
        if try await !loader.isLoaded(count: tenants) {
            TextFile.report("creating \(tenants) tenants\n")
            _ = try await loader.load(
                count: tenants, inFlight: TenantLoader.inFlightDefault, progress: { _ in })
        }
        await client.close()
    }

    private func write(_ report: BenchmarkReport) throws {
        // With JSON on the standard output the table would make it unreadable for programs.
        if json == "-" { TextFile.report(report.text) } else { TextFile.print(report.text) }
        if let json { try TextFile.write(try report.json, to: json) }
        guard report.failedCalls == 0 else {
            throw CommandFailure(.negativeAnswer, "\(report.failedCalls) calls failed")
        }
    }
}

extension Connection {
    /// Without a deadline unless one is asked for: a deadline is a timer for every call.
    var callOptions: CallOptions {
        var options = CallOptions.defaults
        options.metadata = metadata
        options.timeout = timeout
        return options
    }
}
