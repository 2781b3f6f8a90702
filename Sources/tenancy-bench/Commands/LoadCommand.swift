internal import ArgumentParser
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine

/// Creates tenants for load to be made on.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Create the tenants tenant-00000, tenant-00001 and so on.",
        discussion: "Those that are there already stay as they are; it may be run again.")

    @Option(help: "How many tenants there are in the end.")
    var tenants = 10_000
    @Option(help: "How many are created at the same time.")
    var inFlight = TenantLoader.inFlightDefault

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions

    static let inFlightMax = 256
    /// After how many tenants a line tells how far it is.
    static let tenantsPerLine = 1000

    func validate() throws {
        guard (1...TenantLoader.tenantsMax).contains(tenants) else {
            throw ValidationError("--tenants: 1 to \(TenantLoader.tenantsMax)")
        }
        guard (1...Self.inFlightMax).contains(inFlight) else {
            throw ValidationError("--in-flight: 1 to \(Self.inFlightMax)")
        }
    }

    func run() async throws {
        let connection = try connection.resolve(environment: ProcessEnvironment.current)
        let client = try ServerConnector.client(for: connection.target)
        let loader = TenantLoader(
            client: TenantServiceClient(client), options: connection.callOptions)
        let outcome = try await loader.load(count: tenants, inFlight: inFlight) { done in
            guard done.isMultiple(of: Self.tenantsPerLine), done < tenants else { return }
            TextFile.report("\(Decimals.grouped(done)) of \(Decimals.grouped(tenants))\n")
        }
        await client.close()
        let elsewhere =
            outcome.present == 0
            ? "" : "; \(Decimals.grouped(outcome.present)) of them were created by other requests"
        TextFile.print("\(Decimals.grouped(tenants)) tenants are there\(elsewhere)\n")
    }
}
