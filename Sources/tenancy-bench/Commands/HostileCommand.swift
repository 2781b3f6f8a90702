internal import ArgumentParser
internal import Reactor
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine

/// Thousands of connections that promise large frames, and what a tenant notices of them.
struct HostileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostile",
        abstract: "Promise large frames on many connections, and measure who suffers.",
        discussion: """
            Each round measures a tenant's CheckQuota in peace, then from the first stranger that \
            connects until all of them have sent a header that promises 4 MiB and wait. Ends with \
            1 when a call fails, when the server's memory grows by more than --growth-max, or when \
            the median of the rounds' p99 ratios is over --p99-ratio-max. The server is one on \
            this machine; `make hostile` starts one.

            tenancy-bench hostile --pid "$(pidof tenancyd)" --tls localhost:7443
            """)

    @Option(help: "The server's process, whose memory and descriptors are read.")
    var pid: Int32
    @Option(help: "How many connections promise.")
    var connections = 10_000
    @Option(help: "How many of them connect in a second, at most.")
    var rate = 2_000.0
    @Option(help: "How long is measured in peace, and once all are connected.")
    var seconds = 5.0
    @Option(help: "How many rounds.")
    var rounds = 3
    @Option(help: "By how many MiB the server's memory may grow.")
    var growthMax = 200
    @Option(help: "How much longer the tenant's slowest hundredth may take.")
    var p99RatioMax = 2.0

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions

    static let secondsMin = 4.0
    static let secondsMax = 8.0

    func validate() throws {
        // Shorter than `frameTimeMax`, at which a server cuts off who promised and sends nothing.
        guard (Self.secondsMin...Self.secondsMax).contains(seconds) else {
            throw ValidationError("--seconds: 4 to 8")
        }
        guard (1...1_000_000).contains(rate) else { throw ValidationError("--rate: 1 or more") }
        guard (1...FairnessCommand.roundsMax).contains(rounds) else {
            throw ValidationError("--rounds: 1 to \(FairnessCommand.roundsMax)")
        }
        guard (1...Shape.connectionsMax).contains(connections) else {
            throw ValidationError("--connections: 1 to \(Shape.connectionsMax)")
        }
    }

    func run() async throws {
        let connection = try connection.resolve(environment: ProcessEnvironment.current)
        try OpenFiles.allow(connections: connections)
        let client = try ServerConnector.client(for: connection.target)
        try await TenantLoader(
            client: TenantServiceClient(client), options: connection.callOptions
        ).prepare(count: 1)
        await client.close()
        let group = try EventLoopGroup(count: 1, name: "bench-tenant")
        let tenant = Tenant(
            generator: LoadGenerator(
                target: connection.target, groups: [group], warmUp: .zero,
                length: .seconds(seconds)),
            workload: Workload(
                method: .check, resource: .storage, codes: [TenantLoader.code(0)],
                options: connection.callOptions))
        // What the first calls of all cost is no stranger's.
        _ = try await tenant.latencies()
        try await measure(tenant, connection.target)
        group.shutdown()
    }

    private func measure(_ tenant: Tenant, _ target: ServerTarget) async throws {
        let atFirst = try ProcessUsage.of(pid)
        var ratios: [Double] = []
        var residentMax = atFirst.residentBytes
        for round in 1...rounds {
            let calm = try await tenant.latencies().percentile(0.99)
            let flood = HostileFlood(target: target, connections: connections, rate: rate)
            async let flooded: Void = flood.run()
            // Runs before the flood is waited for, however this ends.
            defer { flood.end() }
            var latencies = LatencyHistogram()
            while flood.isConnecting { latencies.merge(try await tenant.latencies()) }
            flood.promise()
            latencies.merge(try await tenant.latencies())
            let during = try ProcessUsage.of(pid)
            flood.end()
            try await flooded
            let attacked = latencies.percentile(0.99)
            residentMax = max(residentMax, during.residentBytes)
            ratios.append(Double(attacked) / Double(max(1, calm)))
            TextFile.print(
                "round \(round): p99 \(calm / 1000) us in peace, \(attacked / 1000) us beside"
                    + " \(connections) strangers (\(Self.text(ratios[round - 1])) x)\n")
            try await settle(atFirst.descriptors)
        }
        let growth = (residentMax - atFirst.residentBytes) >> 20
        let ratio = ratios.sorted()[rounds / 2]
        let way = target.tls == nil ? "Unix socket" : "TLS"
        TextFile.print(
            "\(way): \(connections) connections that promise 4 MiB each: memory grew by"
                + " \(growth) MiB, p99 by \(Self.text(ratio)) x (median)\n")
        guard growth <= growthMax, ratio <= p99RatioMax else {
            throw CommandFailure(.negativeAnswer, "more than is allowed")
        }
    }

    /// The strangers of a round are gone before the next one is measured in peace.
    private func settle(_ descriptors: Int) async throws {
        for _ in 0..<200 where try ProcessUsage.of(pid).descriptors > descriptors + 16 {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private static func text(_ ratio: Double) -> String {
        "\((ratio * 100).rounded() / 100)"
    }

    /// Four callers of one tenant, each on a connection of its own.
    private struct Tenant: Sendable {
        let generator: LoadGenerator
        let workload: Workload

        func latencies() async throws -> LatencyHistogram {
            guard let shape = Shape("4x1") else { preconditionFailure("a shape") }
            let (tally, _) = try await generator.measure(workload, shape)
            if let (code, count) = tally.failures.first {
                throw CommandFailure(.negativeAnswer, "\(count) calls failed: \(code)")
            }
            return tally.latencies
        }
    }
}
