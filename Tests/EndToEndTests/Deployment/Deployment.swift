internal import Foundation
internal import Glibc
internal import TTRPC

/// A whole service of a test's own: a private Postgres, certificates and a `tenancyd`, started by
/// the same scripts as `make run`.
///
/// A shell supervises them. It ends what it started when its standard input ends, so nothing
/// outlives the tests, however they end.
final class Deployment: Sendable {
    /// Everything the deployment keeps is in here.
    let folder: String
    let socket: String
    let tlsPort: UInt16
    let operationsPort: UInt16
    let postgres: Postgres

    private let supervisor: Supervisor
    private let processID: LockedProcessID

    /// How psql reaches the database as superuser, whom row-level security does not hold.
    struct Postgres: Sendable {
        let socketFolder: String
        let programs: String
    }

    /// The one that tests share which kill nothing. Their tenants have codes of their own.
    static func shared() async throws -> Deployment {
        try await sharedTask.value
    }

    /// Many tests at once are at work with it, on machines of any speed: a call that waits is not
    /// refused, and who reads late is not cut off.
    private static let sharedTask = Task {
        try await Deployment(settings: [
            "TENANCY_DATABASE_ACQUIRE_MS": "30000", "TENANCY_LIMITS_WRITE_TIME_MAX_MS": "240000",
        ])
    }

    /// Returns when the service answers on both its listeners.
    ///
    /// `settings` are further `TENANCY_*` variables, by name.
    init(settings: [String: String] = [:]) async throws {
        // Short, because a socket's path may have 107 bytes only; and open for passing through, so
        // that Postgres's user reaches its part.
        folder = try TemporaryFolder.make(mode: 0o711)
        socket = "\(folder)/tenancyd.sock"
        let ports = try FreePort.find(count: 2)
        tlsPort = ports[0]
        operationsPort = ports[1]
        // Nothing of the caller's own settings: a test must not touch a database somebody uses.
        var environment = ChildProcess.cleanEnvironment
        environment["TENANCY_DATA"] = folder
        environment["TENANCY_SOCKET"] = socket
        environment["TENANCY_TLS_PORT"] = String(ports[0])
        environment["TENANCY_OPS_PORT"] = String(ports[1])
        environment["TENANCY_ADMIN_UIDS"] = String(getuid())
        // So that all that could ever be logged is searched for secrets.
        environment["TENANCY_LOG_LEVEL"] = "trace"
        environment.merge(settings) { _, new in new }
        supervisor = try Supervisor(
            script: Self.script, arguments: [BuildProducts.folder], environment: environment)
        postgres = Postgres(
            socketFolder: try await supervisor.nextLine(),
            programs: try await supervisor.nextLine())
        processID = LockedProcessID(try Self.number(try await supervisor.nextLine()))
    }

    /// Stops everything and waits for that. Without it the same happens a little later.
    func shutdown() async throws {
        try await supervisor.end()
    }

    // MARK: The server

    /// The process id of the running `tenancyd`.
    var serverProcessID: pid_t { processID.value }

    /// Sends a signal to `tenancyd`, whatever becomes of it.
    func signalServer(_ signal: CInt) {
        kill(processID.value, signal)
    }

    /// Waits until `tenancyd` has ended, and answers its exit status: 128 + n after signal n.
    func serverExitStatus() async throws -> Int32 {
        try Self.number(try await supervisor.ask("wait"))
    }

    /// Starts `tenancyd` again after it has ended.
    func startServer() async throws {
        processID.value = try Self.number(try await supervisor.ask("start"))
    }

    /// Stops `tenancyd` as a service manager does, and starts it again.
    func restartServer() async throws {
        signalServer(SIGTERM)
        let status = try await serverExitStatus()
        guard status == 0 else { throw DeploymentError("tenancyd ended with status \(status)") }
        try await startServer()
    }

    /// Starts one more `tenancyd` on the same database, and answers how it is reached.
    ///
    /// - Parameter postgres: The folder of the socket by which it reaches Postgres; nil for the one
    ///   that every server uses.
    func startAnotherServer(
        _ name: String, postgres: String? = nil
    ) async throws -> AnotherServer {
        let ports = try FreePort.find(count: 2)
        let id = try Self.number(
            try await supervisor.ask(
                "start-another \(name) \(ports[0]) \(ports[1]) \(postgres ?? "")"))
        return AnotherServer(
            socket: "\(folder)/\(name).sock", tlsPort: ports[0], processID: id)
    }

    struct AnotherServer: Sendable {
        let socket: String
        let tlsPort: UInt16
        let processID: pid_t
    }

    // MARK: The database

    /// Stops Postgres with one of `pg_ctl`'s modes: `fast`, or `immediate`, which is a crash.
    func stopPostgres(mode: String) async throws {
        _ = try await supervisor.ask("stop-postgres \(mode)")
    }

    func startPostgres() async throws {
        _ = try await supervisor.ask("start-postgres")
    }

    // MARK: Certificates

    /// A file of the deployment's certificates: `ca.pem`, `admin.pem`, `admin.key`.
    func certificateFile(_ name: String) -> String {
        "\(folder)/tls/\(name)"
    }

    /// How the platform administrator's client speaks TLS.
    var administratorTLS: ClientTLS {
        ClientTLS(
            trustRootsFile: certificateFile("ca.pem"),
            certificateChainFile: certificateFile("admin.pem"),
            privateKeyFile: certificateFile("admin.key"))
    }

    /// How a client without a certificate speaks TLS.
    var anonymousTLS: ClientTLS {
        ClientTLS(trustRootsFile: certificateFile("ca.pem"))
    }

    /// Makes a client certificate for a SPIFFE id, signed by the deployment's own authority or by
    /// another, which is made when it does not exist.
    func clientTLS(
        name: String, spiffeID: String, authority: String = "ca"
    ) async throws -> ClientTLS {
        let path = try await supervisor.ask("certificate \(name) \(spiffeID) \(authority)")
        return ClientTLS(
            trustRootsFile: certificateFile("ca.pem"),
            certificateChainFile: "\(path).pem", privateKeyFile: "\(path).key")
    }

    private static var script: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("deployment.sh").path
    }

    private static func number(_ text: String) throws -> Int32 {
        guard let number = Int32(text) else {
            throw DeploymentError("expected a number from the supervisor, got \"\(text)\"")
        }
        return number
    }
}

/// Why a deployment could not be had.
struct DeploymentError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
