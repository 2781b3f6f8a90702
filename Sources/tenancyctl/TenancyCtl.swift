internal import ArgumentParser
internal import Glibc
internal import TTRPC
internal import TenancyCommandLine

/// The operator's command: any method of any service, and the usual ones by short names.
@main
struct TenancyCtl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenancyctl",
        abstract: "Calls the tenancy service.",
        discussion: """
            Requests and answers are proto3 JSON with names in lowerCamelCase. A tenant is named \
            by its code, or by its id as id:2. The options below may stand before or behind the \
            subcommand.

            \(CommandStatus.helpText)
            """,
        subcommands: [
            CallCommand.self, ListCommand.self, DescribeCommand.self, ProbeCommand.self,
            TenantCommand.self, QuotaCommand.self,
        ])

    // The parser hands a group that the parent has read on to the subcommand that has it too.
    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            if !failure.description.isEmpty {
                TextFile.report("error: \(TerminalText.escaped(failure.description))\n")
            }
            Glibc.exit(failure.status.rawValue)
        } catch {
            // Help, version, and command lines that do not parse: the parser knows the words.
            exit(withError: error)
        }
    }
}
