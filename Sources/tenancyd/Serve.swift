internal import ArgumentParser
internal import CoreMetrics
internal import Foundation
internal import Glibc
internal import Instrumentation
internal import Logging
internal import ServiceLifecycle
internal import Systemd
internal import TenancyServer
internal import UnixSignals
internal import W3CTrace

/// Serves until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve until SIGTERM or SIGINT, then drain.",
        discussion: """
            Settings come from flags, else from TENANCY_* in the environment, else from the JSON \
            file that --config-file names: --tls-port 7443, TENANCY_TLS_PORT=7443, \
            {"tls": {"port": 7443}}. Sources/tenancyd/OPERATIONS.md lists them.
            """)

    @Flag(help: "Check the settings and exit.")
    var checkConfig = false

    @Argument(parsing: .allUnrecognized, help: "Settings as flags.")
    var settings: [String] = []

    func run() async throws {
        // A peer that is gone is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let service: ServiceConfiguration
        let unknown: [String]
        do {
            (service, unknown) = try await ServiceConfiguration.load(arguments: settings)
        } catch let error as ConfigurationError {
            throw ValidationError(error.description)
        }
        guard !checkConfig else {
            print("the settings are valid")
            for name in unknown { print("\(name) is no setting of this program") }
            return
        }
        LoggingSystem.bootstrap(
            { [level = service.logLevel] label, provider in
                JSONLogHandler(label: label, level: level, metadataProvider: provider)
            }, metadataProvider: .trace)
        let logger = Logger(label: "tenancyd")
        let openFilesMax = OpenFiles.raiseLimit()
        if openFilesMax < service.connectionsMax {
            logger.warning(
                "fewer open files are allowed than connections",
                metadata: [
                    "open_files_max": "\(openFilesMax)",
                    "connections_max": "\(service.connectionsMax)",
                ])
        }
        try await serve(service, logger)
    }

    /// Runs everything that lives as long as the process, and ends it in the reverse order.
    private func serve(_ configuration: ServiceConfiguration, _ logger: Logger) async throws {
        let environment = ProcessInfo.processInfo.environment
        let manager = try ServiceManager(environment: environment)
        let inherited = try InheritedSocket.all(environment: environment, processID: getpid())
        let status = ServerStatus()
        let reload = ReloadSignal()
        let metrics = ServerMetricsCatalog.registry(status: status)
        MetricsSystem.bootstrap(metrics)
        let spans = SpanLog(logger: Logger(label: "trace"))
        InstrumentationSystem.bootstrap(
            W3CTracer(sampleRatio: configuration.traceSampleRatio) { spans.record($0) })
        let page = try OperationsPage(
            port: configuration.operationsPort, status: status, metrics: metrics)
        var services: [any Service] = [
            page,
            TenancyService(
                configuration: configuration, inherited: inherited, status: status, reload: reload,
                logger: logger
            ) { addresses in
                logger.info(
                    "serving",
                    metadata: [
                        "addresses": "\(addresses)", "inherited": "\(inherited.count)",
                        "operations": "\(page.address)",
                    ])
                manager?.notify(.ready, .status("serving"))
                // Scripts wait for this line, so it must not stay in a buffer.
                print("ready")
                fflush(nil)
            },
        ]
        services.append(Hangups(reload: reload))
        if let manager {
            services.append(ServiceManagerReports(manager: manager, status: status))
        }
        let group = ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }
}
