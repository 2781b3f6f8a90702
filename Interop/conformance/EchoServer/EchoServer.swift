internal import ArgumentParser
internal import Glibc
internal import TTRPC
internal import TestProtos
internal import UnixSignals

/// A server of `ttrpc.testing.v1.EchoService` alone, for clients of every language to be tried
/// against: what the runtime does, with nothing of tenancy in the way.
@main
struct EchoServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo-server",
        abstract: "Serve ttrpc.testing.v1.EchoService until SIGTERM, then drain.")

    @Option(help: "The path of a Unix socket.")
    var unix: String

    @Option(help: "The port of a TLS listener on loopback; none without it.")
    var tlsPort: UInt16?

    @Option(help: "A folder with ca.pem, server.pem and server.key.")
    var tlsFolder: String?

    @Flag(help: "Refuse clients without a certificate.")
    var requireClientCertificate = false

    func run() async throws {
        // A peer that is gone is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        var router = Router()
        EchoHandler().register(on: &router)
        var listeners = [ListenerConfiguration(.unix(path: unix))]
        if let tlsPort, let folder = tlsFolder {
            var tls = ServerTLS(
                certificateChainFile: "\(folder)/server.pem",
                privateKeyFile: "\(folder)/server.key",
                trustRootsFile: "\(folder)/ca.pem")
            tls.clientCertificate = requireClientCertificate ? .required : .optional
            listeners.append(
                ListenerConfiguration(.tcp(host: "127.0.0.1", port: tlsPort), tls: tls))
        }
        let server = try TTRPCServer(
            router: router, configuration: ServerConfiguration(listeners: listeners))
        _ = try await server.start()
        // Scripts wait for this line, so it must not stay in a buffer.
        print("ready")
        fflush(nil)
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
        await server.drain()
    }
}
