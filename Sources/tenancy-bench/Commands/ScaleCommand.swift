internal import ArgumentParser
internal import Reactor
internal import TTRPC
internal import TenancyCommandLine

/// Shows that calls cost the same on a large platform as on a small one.
struct ScaleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Compare the cost of calls with few tenants and with many.",
        discussion: """
            Measures on a new database with ten tenants, loads the rest past the service, and \
            measures again. Ends with 1 when a call reads more for there being more, or reads from \
            another index, or is not served. The tenants are scale-00000 and so on, each with ten \
            users, a subscription, and activity of 90 days with whole chains of hashes; they stay.

            TENANCY_MIGRATION_DATABASE_URL=... tenancy-bench scale --tenants 10000 --rows 100
            """)

    @Option(
        help: ArgumentHelp(
            "The Postgres URL of the role that owns the schema of the service's database."
                + " Default: TENANCY_MIGRATION_DATABASE_URL, which other users of the machine"
                + " cannot read.", valueName: "url"))
    var databaseURL: String?
    @Option(help: "How many tenants there are in the end.")
    var tenants = 10_000
    @Option(help: "How many rows of activity each tenant has.")
    var rows = 100
    @Option(help: "How often each call is made.")
    var calls = 300
    @Option(
        help: ArgumentHelp(
            "Measure only this call, such as \"ListTenants, by name\"; may be given repeatedly.",
            valueName: "call"))
    var only: [ScaleCall] = []
    @Option(
        help: ArgumentHelp(
            "How many seconds the service's connections take to tell what they have counted. A"
                + " connection without work waits for ten.", valueName: "seconds"))
    var countersDelay = 11.0

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions

    static let tenantsSmall = 10
    static let rowsMax = 100_000
    static let callsMax = 100_000

    func validate() throws {
        guard (Self.tenantsSmall + 1...TenantLoader.tenantsMax).contains(tenants) else {
            throw ValidationError(
                "--tenants: \(Self.tenantsSmall + 1) to \(TenantLoader.tenantsMax)")
        }
        guard (1...Self.rowsMax).contains(rows) else {
            throw ValidationError("--rows: 1 to \(Self.rowsMax)")
        }
        guard (1...Self.callsMax).contains(calls) else {
            throw ValidationError("--calls: 1 to \(Self.callsMax)")
        }
        guard (0...60).contains(countersDelay) else {
            throw ValidationError("--counters-delay: 0 to 60")
        }
    }

    func run() async throws {
        let environment = ProcessEnvironment.current
        guard let url = databaseURL ?? environment["TENANCY_MIGRATION_DATABASE_URL"] else {
            throw CommandFailure(
                .usage,
                "name the database by TENANCY_MIGRATION_DATABASE_URL or --database-url")
        }
        let connection = try connection.resolve(environment: environment)
        let group = try EventLoopGroup(count: 1, name: "bench")
        let database = ScaleDatabase(url: url, loops: group)
        let client = try ServerConnector.client(for: connection.target, on: group)
        let meter = ScaleMeter(
            database: database, services: ScaleServices(client), options: connection.callOptions,
            kinds: only.isEmpty ? ScaleCall.allCases : only, calls: calls,
            countersDelay: .seconds(countersDelay))
        let report = try await compare(database, meter)
        await client.close()
        await database.close()
        group.shutdown()
        TextFile.print(report.text)
        guard report.objections.isEmpty else {
            throw CommandFailure(
                .negativeAnswer, report.objections.joined(separator: "; "))
        }
    }

    private func compare(
        _ database: ScaleDatabase, _ meter: ScaleMeter
    ) async throws -> ScaleReport {
        let present = try await database.tenantCount()
        guard present < Self.tenantsSmall else {
            throw CommandFailure(
                .usage, "the database holds \(present) tenants: the comparison needs a new one")
        }
        TextFile.report("loading \(Self.tenantsSmall) tenants\n")
        try await database.load(first: 0, last: Self.tenantsSmall - 1, rowsPerTenant: rows)
        try await database.analyze()
        let small = try await meter.measure(tenants: Self.tenantsSmall)
        TextFile.report("loading \(Decimals.grouped(tenants)) tenants\n")
        let started = ContinuousClock.now
        try await database.load(
            first: Self.tenantsSmall, last: tenants - 1, rowsPerTenant: rows)
        let loading = ContinuousClock.now - started
        TextFile.report("loaded in \(DurationText.text(loading))\n")
        try await database.analyze()
        let large = try await meter.measure(tenants: tenants)
        var report = ScaleReport(
            machine: .current(), small: describe(Self.tenantsSmall), large: describe(tenants))
        for call in meter.kinds {
            report.add(call, small: small[call], large: large[call])
        }
        return report
    }

    private func describe(_ tenants: Int) -> String {
        "\(Decimals.grouped(tenants)) tenants, \(Decimals.grouped(tenants * 10)) users, "
            + "\(Decimals.grouped(tenants * rows)) rows of activity"
    }
}
