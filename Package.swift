// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built the same way: Swift 6 language mode, the upcoming features that make
/// imports, existentials and isolation explicit, and no warning let through.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(
    name: "UnixSignals", package: "swift-service-lifecycle")
let configuration: Target.Dependency = .product(
    name: "Configuration", package: "swift-configuration")

let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let instrumentation: Target.Dependency = .product(
    name: "Instrumentation", package: "swift-distributed-tracing")

let systemPackage: Target.Dependency = .product(
    name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "bfc-tenancy",
    products: [
        .library(name: "TTRPC", targets: ["TTRPC"]),
        .library(name: "TTRPCInstrumentation", targets: ["TTRPCInstrumentation"]),
        .library(name: "TenancyClient", targets: ["TenancyClient", "TenancyAPI"]),
        .executable(name: "tenancyd", targets: ["tenancyd"]),
        .executable(name: "tenancyctl", targets: ["tenancyctl"]),
        .executable(name: "tenancy-bench", targets: ["tenancy-bench"]),
        .executable(name: "protoc-gen-swift-ttrpc", targets: ["protoc-gen-swift-ttrpc"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["JSON", "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The C libraries: a module map and a shim each, nothing else.
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

        // What protoc-c makes of Protos/.
        .target(name: "CTenancyProtos", dependencies: ["CProtobufC"]),
        .target(name: "CDescriptorProtos", dependencies: ["CProtobufC"]),

        // The libraries, lowest first. `make lint` holds them to the arrows of
        // Sources/TenancyServer/ARCHITECTURE.md.
        .target(name: "OpenSSL", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "Reactor", dependencies: ["CLinux"], swiftSettings: strict),
        .target(
            name: "TTRPC", dependencies: ["Reactor", "OpenSSL", "CProtobufC", "CLinux"],
            exclude: ["PROTOCOL.md", "RUNTIME.md"],
            swiftSettings: strict),
        .target(
            name: "ProtobufSchema", dependencies: ["CDescriptorProtos", "CProtobufC"],
            swiftSettings: strict),
        .target(
            name: "TenancyAPI", dependencies: ["TTRPC", "CTenancyProtos", "CProtobufC"],
            swiftSettings: strict),
        // What operators ask for, each by itself: the service manager, metrics, a page, traces.
        .target(name: "Systemd", swiftSettings: strict),
        .target(name: "PrometheusMetrics", dependencies: [metrics], swiftSettings: strict),
        .target(name: "PlainHTTP", dependencies: ["Reactor"], swiftSettings: strict),
        .target(
            name: "W3CTrace", dependencies: [instrumentation, tracing], swiftSettings: strict),
        .target(
            name: "TTRPCInstrumentation",
            dependencies: ["TTRPC", "Reactor", metrics, instrumentation, tracing],
            swiftSettings: strict),
        .target(name: "Tenancy", swiftSettings: strict),
        .target(name: "Postgres", dependencies: ["Reactor", "CLibPQ"], swiftSettings: strict),
        .target(
            name: "TenancyStore", dependencies: ["Tenancy", "Postgres", "Reactor"],
            resources: [.embedInCode("Migrations")], swiftSettings: strict),
        .target(
            name: "TenancyServer",
            dependencies: [
                "Reactor", "TTRPC", "TenancyAPI", "Tenancy", "TenancyStore", "OpenSSL",
                "ProtobufSchema", "Systemd", "PrometheusMetrics", "PlainHTTP", "W3CTrace",
                "TTRPCInstrumentation",
                logging, lifecycle, configuration, systemPackage, metrics, instrumentation, tracing,
            ],
            exclude: ["ARCHITECTURE.md", "SECURITY.md", "Quota/QUOTA.md"],
            swiftSettings: strict),
        .target(
            name: "TenancyClient",
            dependencies: ["TTRPC", "TTRPCInstrumentation", "TenancyAPI", "Reactor"],
            swiftSettings: strict),

        // What the command lines share: where the server is, who calls, how a run ends.
        .target(
            name: "TenancyCommandLine",
            dependencies: ["TTRPC", "Reactor", argumentParser],
            swiftSettings: strict),

        // The executables are thin.
        .executableTarget(
            name: "tenancyd",
            dependencies: [
                "TenancyServer", "Systemd", "W3CTrace", argumentParser, logging, lifecycle,
                unixSignals, metrics, instrumentation,
            ],
            exclude: ["OPERATIONS.md", "systemd"],
            swiftSettings: strict),
        .executableTarget(
            name: "tenancyctl",
            dependencies: [
                "TenancyCommandLine", "TenancyClient", "TenancyAPI", "TTRPC", "ProtobufSchema",
                argumentParser,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "tenancy-bench",
            dependencies: [
                "TenancyCommandLine", "TenancyClient", "TenancyAPI", "TTRPC", "Reactor",
                "OpenSSL", "Postgres", "TTRPCInstrumentation", "PrometheusMetrics", "W3CTrace",
                argumentParser,
            ],
            exclude: ["BENCHMARKS.md"], resources: [.embedInCode("Scale/load.sql")],
            swiftSettings: strict),
        .executableTarget(
            name: "protoc-gen-swift-ttrpc",
            dependencies: ["ProtobufSchema", "CDescriptorProtos", "CProtobufC"],
            swiftSettings: strict),

        // What tests share: messages of every kind and a service with every kind of call.
        .target(name: "CTestProtos", dependencies: ["CProtobufC"], path: "Tests/CTestProtos"),
        .target(
            name: "TestProtos", dependencies: ["TTRPC", "CTestProtos", "CProtobufC"],
            path: "Tests/TestProtos", swiftSettings: strict),

        // Chance that a seed repeats.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),

        // What clients of other languages are tried against.
        .executableTarget(
            name: "echo-server",
            dependencies: ["TTRPC", "TestProtos", argumentParser, unixSignals],
            path: "Interop/conformance/EchoServer", swiftSettings: strict),

        // The tests: a target per module, on real sockets, real TLS and a real Postgres.
        .target(
            name: "TestCertificates", dependencies: ["COpenSSL"],
            path: "Tests/TestCertificates", swiftSettings: strict),
        .testTarget(
            name: "TenancyCommandLineTests",
            dependencies: ["TenancyCommandLine", "TTRPC"], swiftSettings: strict),
        .testTarget(
            name: "TenancyCtlTests",
            dependencies: [
                "tenancyctl", "TenancyCommandLine", "TenancyAPI", "TTRPC", "ProtobufSchema",
                argumentParser,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TenancyBenchTests",
            dependencies: [
                "tenancy-bench", "TenancyCommandLine", "TenancyAPI", "Reactor", "TTRPC",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "OpenSSLTests", dependencies: ["OpenSSL", "COpenSSL", "TestCertificates"],
            swiftSettings: strict),
        // A real Postgres for the tests that touch data.
        .target(
            name: "PostgresTestCluster", path: "Tests/PostgresTestCluster",
            exclude: ["cluster.sh"], swiftSettings: strict),
        .testTarget(
            name: "ReactorTests", dependencies: ["Reactor", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Postgres", "Reactor", "PostgresTestCluster", "TestSupport"],
            swiftSettings: strict),

        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "TenancyClient", "TenancyAPI", "Tenancy", "ProtobufSchema", "TTRPC", "Reactor",
                "tenancyd",
                "tenancyctl", "tenancy-bench",
                "W3CTrace", "TestSupport", instrumentation, tracing,
            ],
            exclude: ["deployment.sh", "Certificates/certificates.sh"],
            swiftSettings: strict),
        .testTarget(
            name: "ProtobufSchemaTests",
            dependencies: ["ProtobufSchema", "TenancyAPI", "TestProtos", "TTRPC"],
            swiftSettings: strict),
        .testTarget(
            name: "TenancyAPITests", dependencies: ["TenancyAPI", "TTRPC"],
            swiftSettings: strict),
        // The vectors that every client is held to, held to the server's own types and frames.
        .target(
            name: "GoldenVectors", dependencies: ["ProtobufSchema"], path: "Tests/GoldenVectors",
            swiftSettings: strict),
        .testTarget(
            name: "VectorTests",
            dependencies: ["GoldenVectors", "ProtobufSchema", "TTRPC", "TenancyAPI"],
            swiftSettings: strict),
        .testTarget(
            name: "TTRPCTests",
            dependencies: [
                "TTRPC", "Reactor", "OpenSSL", "TestProtos", "CTestProtos", "CProtobufC",
                "TestCertificates", "TestSupport", "GoldenVectors", "echo-server",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PrometheusMetricsTests", dependencies: ["PrometheusMetrics", metrics],
            swiftSettings: strict),
        .testTarget(
            name: "TTRPCInstrumentationTests",
            dependencies: [
                "TTRPCInstrumentation", "TTRPC", "PrometheusMetrics", "W3CTrace", metrics,
                instrumentation, tracing,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PlainHTTPTests", dependencies: ["PlainHTTP"], swiftSettings: strict),
        .testTarget(
            name: "W3CTraceTests", dependencies: ["W3CTrace", instrumentation, tracing],
            swiftSettings: strict),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd"], swiftSettings: strict),
        // Servers with the real ledger on a model of Postgres, everything from one seed.
        .target(
            name: "QuotaSimulation", dependencies: ["Tenancy", "TestSupport"],
            path: "Tests/QuotaSimulation", swiftSettings: strict),
        .executableTarget(
            name: "quota-simulator", dependencies: ["QuotaSimulation"],
            path: "Tests/QuotaSimulator", swiftSettings: strict),
        .testTarget(
            name: "TenancyTests", dependencies: ["Tenancy", "QuotaSimulation", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "DatabaseTests",
            dependencies: ["TenancyStore", "Tenancy", "Postgres", "PostgresTestCluster"],
            exclude: ["sql"], swiftSettings: strict),
        .testTarget(
            name: "TenancyServerTests",
            dependencies: [
                "TenancyServer", "TenancyAPI", "TTRPC", "TenancyStore", "Tenancy", "OpenSSL",
                "Postgres", "Reactor", "PostgresTestCluster", "TestCertificates", logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TenancyStoreTests",
            dependencies: [
                "TenancyStore", "Tenancy", "Postgres", "Reactor", "PostgresTestCluster",
                "TestSupport",
            ],
            swiftSettings: strict),
    ]
)

// libFuzzer brings the program's `main`, and links only with `--sanitize fuzzer`: see
// .scripts/fuzz.sh, which asks for it.
if Context.environment["TENANCY_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "ttrpc-fuzz",
            dependencies: [
                "OpenSSL", "PlainHTTP", "Reactor", "TTRPC", "Tenancy", "TenancyAPI", "W3CTrace",
            ],
            path: "Tests/Fuzz", exclude: ["Corpus"], swiftSettings: strict))
}
