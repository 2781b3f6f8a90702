package import ArgumentParser
package import TTRPC

/// The options of every command that calls the server.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's Unix socket. Default: TENANCY_SOCKET, else tenancyd.sock in"
                + " TENANCY_DATA, which is .data when not set.", valueName: "path"))
    package var socket: String?

    @Option(
        help: ArgumentHelp(
            "Speak TLS to this address instead. The port is TENANCY_TLS_PORT or 7443 when not"
                + " given.", valueName: "host:port"))
    package var tls: String?

    @Option(
        help: ArgumentHelp(
            "The roots that the server's certificate must lead to. Default: tls/ca.pem in"
                + " TENANCY_DATA.", valueName: "file"))
    package var ca: String?

    @Option(
        help: ArgumentHelp(
            "The client's certificate. Default: tls/admin.pem in TENANCY_DATA when it is there"
                + " and no token is given.", valueName: "file"))
    package var cert: String?

    @Option(
        help: ArgumentHelp(
            "The private key of --cert. Default: tls/admin.key in TENANCY_DATA.",
            valueName: "file"))
    package var key: String?

    @Option(
        help: ArgumentHelp(
            "A file with an API key or tenant token to call with. Default: the one that"
                + " TENANCY_TOKEN_FILE names.", valueName: "file"))
    package var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "How long a call may take: 250ms, 5s, 1m. Default: 30s, and none for streams.",
            valueName: "duration"))
    package var timeout: String?

    @Option(help: ArgumentHelp("Metadata to send; may be repeated.", valueName: "key=value"))
    package var metadata: [String] = []

    package init() {}

    /// How long a unary call may take when the command line does not say.
    package static let unaryTimeoutDefault = Duration.seconds(30)

    /// What the options and the environment come to. Reads the token's file.
    ///
    /// - Throws: `CommandFailure` with `.usage` or `.noInput`.
    package func resolve(environment: [String: String]) throws(CommandFailure) -> Connection {
        var metadata = try MetadataText.parse(self.metadata)
        let credential = try credential(environment)
        if let credential { metadata["authorization"] = credential.authorization }
        var choice = ServerTarget.Choice()
        choice.socket = socket
        choice.tls = tls
        choice.trustRootsFile = ca
        choice.certificateFile = cert
        choice.privateKeyFile = key
        choice.hasToken = credential != nil
        let target = try ServerTarget(
            choice, environment: environment, fileExists: TextFile.exists)
        var duration: Duration?
        if let timeout {
            guard let parsed = DurationText.parse(timeout), parsed > .zero else {
                throw CommandFailure(.usage, "--timeout \(timeout): write it like 250ms, 5s or 1m")
            }
            duration = parsed
        }
        return Connection(target: target, metadata: metadata, timeout: duration)
    }

    private func credential(
        _ environment: [String: String]
    ) throws(CommandFailure) -> Credential? {
        guard let file = tokenFile ?? environment["TENANCY_TOKEN_FILE"].nonEmpty else {
            return nil
        }
        return try Credential(text: try TextFile.read(file), source: file)
    }
}

/// How to reach the server and what every call carries.
package struct Connection: Sendable, Hashable {
    package let target: ServerTarget
    package let metadata: Metadata
    /// What the command line says; `nil` when it says nothing.
    package let timeout: Duration?
}
