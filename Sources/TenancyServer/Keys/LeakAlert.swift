internal import CoreMetrics
internal import Logging

/// Tells the operator that a key was found where it should not be: by the log, and by a metric that
/// an alert is set on.
struct LeakAlert: Sendable {
    static let metric = "tenancy.api_keys.leaks.reported"

    private let logger: Logger
    private let reported = Counter(label: LeakAlert.metric)

    init(logger: Logger) {
        self.logger = logger
    }

    func raise(tenant: Int64, key: Int64, wasActive: Bool) {
        reported.increment()
        logger.critical(
            "an API key has leaked and was revoked",
            metadata: [
                "tenant_id": "\(tenant)", "key_id": "\(key)", "was_active": "\(wasActive)",
            ])
    }
}
