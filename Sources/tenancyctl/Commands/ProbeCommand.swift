internal import ArgumentParser
internal import ProtobufSchema
internal import TTRPC
internal import TenancyCommandLine

/// Asks for the server's health, in the way of gRPC.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Ask whether the server takes calls.",
        discussion: """
            Exit status: 0 serving, 1 not serving or not known to the server, 2 no answer.
            """)

    @Option(help: "The full name of one service; the whole server when not given.")
    var service = ""

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        let status: String
        do {
            status = try await ServerSession.with(connection, output.output) { session in
                let answer = try await session.call(
                    "grpc.health.v1.Health/Check",
                    .object([.init("service", .string(service))]))
                guard case .string(let status)? = answer["status"] else { return "UNKNOWN" }
                session.printStatus(status)
                return status
            }
        } catch let failure as CommandFailure {
            throw CommandFailure(Self.exitStatus(of: failure), failure.description)
        }
        guard status == "SERVING" else { throw CommandFailure(Self.notServing) }
    }

    static let notServing = CommandStatus.negativeAnswer
    static let noAnswer = CommandStatus(rawValue: 2)

    /// A probe has statuses of its own, because those who run it know no others. A wrong command
    /// line stays one.
    static func exitStatus(of failure: CommandFailure) -> CommandStatus {
        switch failure.status {
        case .usage, .noInput: failure.status
        case CommandStatus(.notFound): notServing
        default: noAnswer
        }
    }
}

extension ServerSession {
    fileprivate func printStatus(_ status: String) {
        switch format {
        case .text: TextFile.print(status + "\n")
        case .json: print(.object([.init("status", .string(status))]))
        }
    }
}
