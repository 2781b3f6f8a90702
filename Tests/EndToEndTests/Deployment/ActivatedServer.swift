internal import Foundation
internal import Glibc
internal import TTRPC

/// A `tenancyd` behind sockets that somebody else holds, as a service manager starts it: it is
/// handed the sockets, tells when it is ready, and may be stopped and started as often as wanted
/// while the sockets stay open.
///
/// `@unchecked Sendable`: a test starts and stops it from one task, one call after the other.
final class ActivatedServer: @unchecked Sendable {
    let socket: String
    let tlsPort: UInt16
    private let sockets: [CInt]
    private let notifications: CInt
    private let environment: [String: String]
    private let output: TemporaryFile
    private var process: ChildProcess?

    /// Takes the database and the certificates of `deployment`, whose own server must have ended.
    init(beside deployment: Deployment, settings: [String: String] = [:]) throws {
        socket = "\(deployment.folder)/activated.sock"
        let ports = try FreePort.find(count: 2)
        tlsPort = ports[0]
        sockets = [try Self.listen(path: socket), try Self.listen(port: ports[0])]
        let notifySocket = "\(deployment.folder)/notify.sock"
        notifications = try Self.datagrams(notifySocket)
        // Among the deployment's logs, which are searched for secrets.
        output = try TemporaryFile(
            keptAt: "\(deployment.folder)/\(Examples.code("activated")).log")
        var environment = ChildProcess.cleanEnvironment
        environment["TENANCY_DATA"] = deployment.folder
        environment["TENANCY_OPS_PORT"] = String(ports[1])
        environment["TENANCY_ADMIN_UIDS"] = String(getuid())
        environment["TENANCY_DATABASE_URL"] = deployment.databaseURL
        environment["NOTIFY_SOCKET"] = notifySocket
        environment["LISTEN_FDS"] = String(sockets.count)
        environment["LISTEN_FDNAMES"] = "unix:tls"
        environment.merge(settings) { _, new in new }
        self.environment = environment
    }

    deinit {
        process?.signal(SIGKILL)
        for descriptor in sockets + [notifications] { close(descriptor) }
    }

    /// Starts the server and returns when it says that it is ready.
    func start() async throws {
        let input = try TemporaryFile()
        // Only the new process knows the id that the sockets are meant for.
        process = try ChildProcess(
            "/bin/sh", ["-c", "LISTEN_PID=$$ exec \"$0\" serve", BuildProducts.path("tenancyd")],
            environment: environment, input: input.descriptor, output: output.descriptor,
            errors: output.descriptor, inherited: sockets)
        try await expectNotification("READY=1")
    }

    /// Asks the server to stop, and returns its exit status.
    func stop() async throws -> Int32? {
        guard let process else { return nil }
        process.signal(SIGTERM)
        try await expectNotification("STOPPING=1")
        let status = try await onOwnThread { process.exitStatus() }
        self.process = nil
        return status
    }

    /// Reads notifications until one begins with `line`.
    func expectNotification(_ line: String) async throws {
        let descriptor = notifications
        let log = output
        try await onOwnThread {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else {
                    throw DeploymentError("no \(line) came; the log:\n\(log.contents())")
                }
                let text = String(decoding: buffer.prefix(count), as: UTF8.self)
                if text.split(separator: "\n").contains(Substring(line)) { return }
            }
        }
    }

    /// What the server wrote, its log among it.
    var log: String { output.contents() }

    // MARK: Sockets

    private static func listen(path: String) throws -> CInt {
        var address = try unixAddress(path)
        return try listen(AF_UNIX, &address, sockaddr_un.self)
    }

    private static func listen(port: UInt16) throws -> CInt {
        var address = sockaddr_in.loopback(port: port)
        return try listen(AF_INET, &address, sockaddr_in.self)
    }

    private static func listen<Address>(
        _ family: CInt, _ address: inout Address, _ type: Address.Type
    ) throws -> CInt {
        let descriptor = try bound(family, CInt(SOCK_STREAM.rawValue), &address)
        guard Glibc.listen(descriptor, 4096) == 0 else {
            throw DeploymentError("listen: errno \(errno)")
        }
        return descriptor
    }

    private static func datagrams(_ path: String) throws -> CInt {
        var address = try unixAddress(path)
        let descriptor = try bound(AF_UNIX, CInt(SOCK_DGRAM.rawValue), &address)
        // A server that never becomes ready fails the test, rather than to hang it.
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        return descriptor
    }

    private static func bound<Address>(
        _ family: CInt, _ kind: CInt, _ address: inout Address
    ) throws -> CInt {
        let descriptor = Glibc.socket(family, kind | CInt(SOCK_CLOEXEC.rawValue), 0)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard descriptor >= 0, result == 0 else { throw DeploymentError("bind: errno \(errno)") }
        return descriptor
    }

    private static func unixAddress(_ path: String) throws -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw DeploymentError("the path is too long: \(path)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }
}
