internal import ArgumentParser
internal import TTRPC
internal import TenancyCommandLine

/// What open connections and watches cost while nothing happens on them.
struct RuntimeIdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Open many connections and watches, and measure what each costs the server.",
        discussion: """
            Every connection carries a call first. Ends with 1 when a connection costs more than \
            --unix-bytes-max or --tls-bytes-max.
            """)

    @OptionGroup(title: "Server options")
    var server: MeasuredServer
    @Option(help: "The server's TLS port on the loopback, measured as well.")
    var tlsPort: UInt16?
    @Option(help: "The roots of the server's certificate, as PEM.")
    var ca: String?
    @Option(help: "How many connections.")
    var connections = 10_000
    @Option(help: "How many watches are opened on them.")
    var watches = 1_000
    @Option(help: "What a connection on the Unix socket may cost.")
    var unixBytesMax = 4 << 10
    @Option(help: "What a connection with TLS may cost.")
    var tlsBytesMax = 24 << 10

    func run() async throws {
        try OpenFiles.allow(connections: connections)
        var isOver = try await measure("Unix", .unix(path: server.socket), nil, unixBytesMax)
        if let tlsPort, let ca {
            let address = SocketAddress.tcp(host: "127.0.0.1", port: tlsPort)
            var tls = ClientTLS(trustRootsFile: ca)
            tls.serverName = "localhost"
            isOver = try await measure("TLS", address, tls, tlsBytesMax) || isOver
        }
        guard !isOver else { throw CommandFailure(.negativeAnswer, "more than is allowed") }
    }

    /// Whether a connection costs more than `bytesMax`.
    private func measure(
        _ name: String, _ address: SocketAddress, _ tls: ClientTLS?, _ bytesMax: Int
    ) async throws -> Bool {
        // What the first calls of all cost is no connection's.
        let first = try TTRPCClient(address: address, tls: tls)
        try await echo(first)
        let before = try ProcessUsage.of(server.pid)
        var configuration = ClientConfiguration()
        configuration.connectionsPerClient = connections
        let client = try TTRPCClient(address: address, tls: tls, configuration: configuration)
        try await inParallel(connections) { try await echo(client) }
        let open = try ProcessUsage.of(server.pid)
        let each = (open.residentBytes - before.residentBytes) / connections
        TextFile.print(
            "\(name): \(open.descriptors - before.descriptors) connections open, \(each) bytes"
                + " each\n")
        let calls = LockedCalls()
        try await inParallel(watches) {
            let call = try await client.bidirectional(RuntimeService.watch, options: .defaults)
            var answers = call.responses.makeAsyncIterator()
            guard try await answers.next() != nil else {
                throw CommandFailure(.negativeAnswer, "a watch ended by itself")
            }
            calls.keep(call)
        }
        let watching = try ProcessUsage.of(server.pid)
        try await echo(client)
        TextFile.print(
            "\(name): \(calls.count) watches open besides,"
                + " \((watching.residentBytes - open.residentBytes) / max(1, watches)) bytes each;"
                + " a call is answered\n")
        await client.close()
        await first.close()
        return each > bytesMax
    }

    private func echo(_ client: TTRPCClient) async throws {
        _ = try await client.unary(
            RuntimeService.echo, RawMessage(bytes: [1]),
            options: CallOptions(timeout: .seconds(120)))
    }

    private func inParallel(
        _ count: Int, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<count {
                if index >= LoadGenerator.connectingMax { try await group.next() }
                group.addTask { try await body() }
            }
            try await group.waitForAll()
        }
    }
}
