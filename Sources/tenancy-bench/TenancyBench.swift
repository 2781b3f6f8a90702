internal import ArgumentParser
internal import Glibc
internal import TTRPC
internal import TenancyCommandLine

/// The load generator: measures calls per second and how long they take.
@main
struct TenancyBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenancy-bench",
        abstract: "Measures the tenancy service.",
        discussion: CommandStatus.helpText,
        subcommands: [
            RunCommand.self, LoadCommand.self, ScaleCommand.self, LeaseCommand.self,
            FairnessCommand.self, HostileCommand.self, RuntimeCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            if !failure.description.isEmpty { TextFile.report("error: \(failure)\n") }
            Glibc.exit(failure.status.rawValue)
        } catch let error as RPCError {
            TextFile.report("error: \(error)\n")
            Glibc.exit(CommandStatus(error.code).rawValue)
        } catch {
            exit(withError: error)
        }
    }
}
