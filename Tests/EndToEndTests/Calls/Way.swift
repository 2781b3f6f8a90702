internal import TTRPC
internal import Testing

/// The two sockets of a service.
enum Way: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case unix
    case tls

    var testDescription: String {
        switch self {
        case .unix: "the Unix socket"
        case .tls: "TLS"
        }
    }
}

extension Deployment {
    /// Runs `tenancyctl` with the administrator's rights.
    func control(_ way: Way, _ arguments: [String]) async throws -> Command.Outcome {
        let connection =
            switch way {
            case .unix: ["--socket", socket]
            case .tls:
                [
                    "--tls", "localhost:\(tlsPort)", "--ca", certificateFile("ca.pem"),
                    "--cert", certificateFile("admin.pem"), "--key", certificateFile("admin.key"),
                ]
            }
        return try await Command(
            path: BuildProducts.path("tenancyctl"), arguments: connection + arguments
        ).run()
    }
}
