internal import ArgumentParser
internal import PrometheusMetrics
internal import TTRPC
internal import TTRPCInstrumentation
internal import TenancyCommandLine
internal import W3CTrace

/// The measured server.
struct RuntimeServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve methods that answer from memory.")

    @Option(help: "Where to listen.")
    var socket: String
    @Option(help: "Where to listen with TLS, on the loopback.")
    var tlsPort: UInt16?
    @Option(help: "The server's certificate, as PEM.")
    var cert: String?
    @Option(help: "Its private key, as PEM.")
    var key: String?
    @Option(help: "The threads that serve connections.")
    var loops = 1
    @Option(help: "For how many microseconds to look for events before sleeping.")
    var busyPollUs = 0
    @Option(help: "How many tenants CheckQuota knows.")
    var tenants = 10_000
    @Flag(help: "Measure every call, and take up the traces of callers.")
    var instrumented = false

    func validate() throws {
        guard tlsPort == nil || (cert != nil && key != nil) else {
            throw ValidationError("--tls-port needs --cert and --key")
        }
        guard (1...RunCommand.loopsMax).contains(loops) else {
            throw ValidationError("--loops: 1 to \(RunCommand.loopsMax)")
        }
        guard busyPollUs >= 0 else { throw ValidationError("--busy-poll-us: 0 or more") }
    }

    func run() async throws {
        try OpenFiles.allow(connections: ServerLimits().connectionsMax)
        var listeners = [ListenerConfiguration(.unix(path: socket))]
        if let tlsPort, let cert, let key {
            var tls = ServerTLS(
                certificateChainFile: cert, privateKeyFile: key, trustRootsFile: nil)
            tls.clientCertificate = .none
            listeners.append(.init(.tcp(host: "127.0.0.1", port: tlsPort), tls: tls))
        }
        var configuration = ServerConfiguration(listeners: listeners)
        configuration.loopCount = loops
        configuration.busyPoll = .microseconds(busyPollUs)
        let router = RuntimeService.router(tenants: tenants)
        let server = try TTRPCServer(
            router: router, interceptors: instrumented ? Self.instruments(of: router) : [],
            configuration: configuration)
        try await server.run { _ in TextFile.report("ready\n") }
    }

    /// What the service itself has around every call, but for who calls.
    private static func instruments(of router: Router) -> [any ServerInterceptor] {
        [
            ServerMetrics(router: router, factory: PrometheusRegistry()),
            ServerTracing(tracer: W3CTracer(sampleRatio: 0, export: { _ in })),
        ]
    }
}
