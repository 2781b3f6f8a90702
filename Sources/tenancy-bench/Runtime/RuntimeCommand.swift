internal import ArgumentParser

/// What the runtime promises by itself, measured with nothing of the tenancy service behind it.
struct RuntimeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runtime",
        abstract: "Measure the ttrpc runtime alone.",
        discussion: """
            `serve` is a server with methods that answer from memory; the others are pointed at it \
            by its socket and its process id. `make leaks` and `make idle` do both.
            """,
        subcommands: [
            RuntimeServeCommand.self, RuntimeLeaksCommand.self, RuntimeIdleCommand.self,
        ])
}

/// Which server is measured.
struct MeasuredServer: ParsableArguments {
    @Option(help: "The server's Unix socket.")
    var socket: String
    @Option(help: "The server's process, whose memory and descriptors are read.")
    var pid: Int32
}
