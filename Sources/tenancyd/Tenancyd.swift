internal import ArgumentParser

/// The tenancy control plane's server.
@main
struct Tenancyd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenancyd",
        abstract: "The tenancy control plane's server.",
        subcommands: [Serve.self, Migrate.self],
        defaultSubcommand: Serve.self)
}
