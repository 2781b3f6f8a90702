internal import ArgumentParser
internal import TenancyCommandLine

/// Prints the definition of a name.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Print a service, method, message or enumeration with its comments.",
        discussion: """
            The server tells. Names may be given by their last parts: QuotaService, \
            QuotaService/CheckQuota, Tenant. Beside a field stands its name in JSON where the two \
            differ.
            """)

    @Argument(help: "The name.")
    var name: String

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Schema options")
    var schema: SchemaOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        try await ServerSession.with(connection, output.output, schema: schema.source) { session in
            let subject = try session.index.subject(name)
            TextFile.print(SchemaPrinter(schema: session.index.schema).text(subject))
        }
    }
}
