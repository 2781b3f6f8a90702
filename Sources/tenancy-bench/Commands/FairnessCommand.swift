internal import ArgumentParser
internal import Reactor
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine

/// Measures what one tenant's flood does to another tenant.
struct FairnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairness",
        abstract: "Measure a quiet tenant's latency alone and beside another tenant's flood.",
        discussion: """
            The quiet tenant has one caller on one connection, the flood as many as --flood says, \
            of another tenant. Both are measured in turns, alone and beside the flood; ends with 1 \
            when a call fails, or when the ratio of the two 99th percentiles is over --ratio-max.

            tenancy-bench fairness --method check --flood 4x256 --seconds 5 --rounds 3
            """)

    @Option(help: "check or consume; may be repeated. Default: both.")
    var method: [MeasuredMethod] = []
    @Option(help: "What the flood does: check or consume. Default: the same as the quiet tenant.")
    var floodMethod: MeasuredMethod?
    @Option(help: "The flood: connections x calls in flight on each.")
    var flood = ShapeList(argument: "4x256") ?? .usual
    @Option(help: "users, apiCalls, storage or transactions; only of apiCalls, what is leased.")
    var resource = MeasuredResource.storage
    @Option(help: "How long each side of a round is measured.")
    var seconds = 5.0
    @Option(help: "How many seconds of calls come before, and do not count.")
    var warmup = 1.0
    @Option(help: "How often both sides are measured, in turns.")
    var rounds = 3
    @Option(help: "The most that the flood may multiply the 99th percentile by; 0 for any.")
    var ratioMax = 0.0

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions

    static let roundsMax = 100

    func validate() throws {
        guard seconds > 0, seconds <= RunCommand.secondsMax, warmup >= 0,
            warmup <= RunCommand.secondsMax
        else {
            throw ValidationError("--seconds and --warmup: up to \(Int(RunCommand.secondsMax))")
        }
        guard (1...Self.roundsMax).contains(rounds) else {
            throw ValidationError("--rounds: 1 to \(Self.roundsMax)")
        }
        guard flood.shapes.count == 1 else { throw ValidationError("--flood: one shape") }
    }

    func run() async throws {
        let connection = try connection.resolve(environment: ProcessEnvironment.current)
        try OpenFiles.allow(connections: flood.shapes[0].connections + 1)
        let client = try ServerConnector.client(for: connection.target)
        try await TenantLoader(
            client: TenantServiceClient(client), options: connection.callOptions
        ).prepare(count: 2)
        await client.close()
        // A loop of its own for the quiet tenant: what is measured is the server, not who asks.
        let quiet = try EventLoopGroup(count: 1, name: "bench-quiet")
        let flooding = try EventLoopGroup(count: 1, name: "bench-flood")
        var isGood = true
        for method in method.isEmpty ? MeasuredMethod.allCases : method {
            isGood =
                try await measure(method, connection, quiet: quiet, flooding: flooding) && isGood
        }
        quiet.shutdown()
        flooding.shutdown()
        guard isGood else { throw CommandFailure(.negativeAnswer) }
    }

    private func measure(
        _ method: MeasuredMethod, _ connection: Connection, quiet: EventLoopGroup,
        flooding: EventLoopGroup
    ) async throws -> Bool {
        let own = Workload(
            method: method, resource: resource.resource, codes: [TenantLoader.code(0)],
            options: connection.callOptions)
        let other = Workload(
            method: floodMethod ?? method, resource: resource.resource,
            codes: [TenantLoader.code(1)], options: connection.callOptions)
        guard let single = Shape("1x1") else { preconditionFailure("a shape") }
        var alone = Tally()
        var beside = Tally()
        var flood = Tally()
        for _ in 0..<rounds {
            let one = LoadGenerator(
                target: connection.target, groups: [quiet], warmUp: .seconds(warmup),
                length: .seconds(seconds))
            alone.merge(try await one.measure(own, single).0)
            // It begins first and ends last: a second longer on both sides.
            let many = LoadGenerator(
                target: connection.target, groups: [flooding], warmUp: .seconds(warmup),
                length: .seconds(seconds + 1))
            async let flooded = many.measure(other, self.flood.shapes[0])
            beside.merge(try await one.measure(own, single).0)
            flood.merge(try await flooded.0)
        }
        let ratio =
            Double(beside.latencies.percentile(0.99))
            / Double(max(1, alone.latencies.percentile(0.99)))
        let failures = [alone, beside, flood].flatMap { $0.failures }
        let rate = Double(flood.completed) / (Double(rounds) * (seconds + 1))
        TextFile.print(
            """
            \(method.rawValue), quiet alone:          \(Self.text(alone.latencies))
            \(method.rawValue), quiet beside a flood: \(Self.text(beside.latencies))
            \(method.rawValue), the flood \(self.flood.shapes[0]): \(Int(rate)) calls/s, \
            \(Self.text(flood.latencies))
            \(method.rawValue), ratio of p99: \(Self.hundredths(ratio))\n
            """)
        for (code, count) in failures { TextFile.report("\(count) calls failed: \(code)\n") }
        return failures.isEmpty && (ratioMax == 0 || ratio <= ratioMax)
    }

    private static func text(_ latencies: LatencyHistogram) -> String {
        [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)].map { name, fraction in
            "\(name) \(hundredths(Double(latencies.percentile(fraction)) / 1e6)) ms"
        }.joined(separator: ", ")
    }

    private static func hundredths(_ value: Double) -> String {
        let hundred = Int((value * 100).rounded())
        return "\(hundred / 100).\(hundred % 100 < 10 ? "0" : "")\(hundred % 100)"
    }
}
