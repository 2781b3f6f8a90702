internal import ArgumentParser
internal import Reactor
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import TenancyCommandLine

/// What it costs to take a unit of a lease that this process holds.
struct LeaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lease",
        abstract: "Measure tryConsume on a lease held by this process.",
        discussion: """
            Takes bytes of storage, one by one, of a lease of the tenant tenant-00000; as long as \
            its quota lasts. The figure is the median of the rounds.
            """)

    @Option(help: "How many units are taken in a round.")
    var units = 10_000_000
    @Option(help: "How many rounds.")
    var rounds = 5
    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions

    static let unitsMax = 1_000_000_000

    func validate() throws {
        guard (1...Self.unitsMax).contains(units) else {
            throw ValidationError("--units: 1 to \(Self.unitsMax)")
        }
        guard (1...1000).contains(rounds) else { throw ValidationError("--rounds: 1 to 1000") }
    }

    func run() async throws {
        let connection = try connection.resolve(environment: ProcessEnvironment.current)
        let client = try ServerConnector.client(for: connection.target)
        let loader = TenantLoader(
            client: TenantServiceClient(client), options: connection.callOptions)
        try await loader.prepare(count: 1)
        let quota = QuotaServiceClient(client)
        var nanoseconds: [Double] = []
        for _ in 0..<rounds {
            // One unit is for the low water that nobody should meet while the clock runs.
            let lease = try await quota.holdLease(
                tenantCode: TenantLoader.code(0), resource: .storage, units: units * 2 + 1,
                timeToLive: .seconds(600))
            guard lease.unitsInHand > units else {
                throw CommandFailure(
                    .negativeAnswer, "the lease has \(lease.unitsInHand) units: take fewer")
            }
            let begin = MonotonicInstant.now()
            for _ in 0..<units {
                guard lease.tryConsume() else {
                    throw CommandFailure(.negativeAnswer, "a unit was refused")
                }
            }
            let taken = MonotonicInstant.now().duration(since: begin)
            nanoseconds.append(taken / .nanoseconds(units))
            try await lease.close()
        }
        await client.close()
        let median = nanoseconds.sorted()[rounds / 2]
        TextFile.print("tryConsume: \((median * 10).rounded() / 10) ns\n")
    }
}
