internal import ArgumentParser
internal import TenancyCommandLine

/// Prints the definition of a name.
struct DescribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Print a service, method, message or enumeration with its comments.",
        discussion: """
            Names may be given by their last parts: QuotaService, QuotaService/CheckQuota, Tenant. \
            Beside a field stands its name in JSON where the two differ.
            """)

    @Argument(help: "The name.")
    var name: String

    func run() throws {
        let schema = try ServiceSchema.load()
        let subject = try SchemaIndex(schema: schema).subject(name)
        TextFile.print(SchemaPrinter(schema: schema).text(subject))
    }
}
