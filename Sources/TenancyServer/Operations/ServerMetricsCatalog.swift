package import PrometheusMetrics

/// What the metrics of this server mean.
package enum ServerMetricsCatalog {
    /// A registry that knows what its metrics mean, with those of the process and of `status`.
    package static func registry(status: ServerStatus) -> PrometheusRegistry {
        let registry = PrometheusRegistry([
            MetricDescription(
                "rpc.server.call.duration",
                help: "How long calls took, from the frame to the answer, by method and status."),
            MetricDescription(
                "ttrpc.server.connections.ended", help: "Connections that have ended."),
            MetricDescription(
                "ttrpc.server.connections.refused",
                help: "Connections closed at once, by the limit or the reason."),
            MetricDescription(
                "ttrpc.server.handshakes.failed",
                help: "TLS handshakes that failed, by what was wrong."),
            MetricDescription(
                "tenancy.authentication.failures",
                help: "Failed attempts to be somebody, by what was shown and what was wrong."),
            MetricDescription(
                "tenancy.authentication.limited",
                help: "Credentials that were not looked at: too many have failed from there."),
            MetricDescription(
                "tenancy.certificates.reloads",
                help: "Times that certificate files were read anew, by the outcome."),
            MetricDescription(
                "tenancy.certificates.current",
                help: "1 while the certificates in use are those of the files, else 0."),
            MetricDescription(
                "ttrpc.server.accept.pauses",
                help: "Times that accepting rested because descriptors or memory ran out."),
            MetricDescription(
                "ttrpc.server.errors.unexpected",
                help: "Errors of handlers that had no status and became INTERNAL."),
            MetricDescription(
                WatchHub.begunMetric,
                help: "Watches that have come past their beginning, and wait for what changes."),
            MetricDescription(
                LeakAlert.metric,
                help: "API keys that were reported as leaked, and revoked."),
        ])
        ProcessMetrics.observe(on: registry)
        registry.observe(
            .gauge, "ttrpc.server.connections", help: "Connections that are open."
        ) { Double(status.connectionCount) }
        registry.observe(
            .gauge, "tenancy.server.ready", help: "1 while callers should come here, else 0."
        ) { status.isReady ? 1 : 0 }
        registry.observe(
            .gauge, "tenancy.server.alive", help: "1 while every loop turns, else 0."
        ) { status.isAlive ? 1 : 0 }
        return registry
    }
}
