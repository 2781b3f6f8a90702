internal import PlainHTTP
package import PrometheusMetrics
internal import ServiceLifecycle

/// The page for whoever runs the server: metrics, and whether it lives and is ready. On the
/// loopback address, for there is nobody else whom it concerns.
package struct OperationsPage: Service {
    private let server: PageServer

    /// Where it answers, as a person types it.
    package var address: String { "http://127.0.0.1:\(server.port)" }

    /// Answers from here on, though not yet that the server is ready.
    ///
    /// - Throws: `PageServerError` when the port is taken.
    package init(port: UInt16, status: ServerStatus, metrics: PrometheusRegistry) throws {
        server = try PageServer(port: port) { path in
            Self.response(to: path, status, metrics)
        }
    }

    /// Answers until a graceful shutdown is asked for. It stands first in its group, and so ends
    /// last: a drain can be watched.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { try await server.run() }
    }

    private static func response(
        to path: String, _ status: ServerStatus, _ metrics: PrometheusRegistry
    ) -> PageResponse? {
        switch path {
        case "/": return PageResponse(body: index)
        case "/metrics":
            return PageResponse(
                contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics.page())
        case "/healthz":
            return status.isAlive
                ? PageResponse(body: "alive\n")
                : PageResponse(status: 503, body: "a loop does not turn\n")
        case "/readyz":
            return status.isReady
                ? PageResponse(body: "ready\n") : PageResponse(status: 503, body: "not ready\n")
        default: return nil
        }
    }

    private static let index = """
        /metrics   the metrics, as Prometheus reads them
        /healthz   200 while every loop turns, else 503
        /readyz    200 while callers should come here, else 503

        """
}
