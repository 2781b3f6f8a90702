internal import Logging
internal import Tenancy

/// Looks after the file of master keys while the server runs: takes over what is new in it, and
/// wraps by the newest key what older ones wrap.
struct MasterKeyWatch: Sendable {
    /// How often the file is looked at. A data key that needs a newer master key has the file read
    /// at once, so this is only how soon rewrapping begins.
    private static let interval = Duration.seconds(2)
    private static let context = AuditContext(actor: "service:tenancyd")

    let sealing: Sealing
    let logger: Logger

    /// Until it is cancelled.
    func run() async {
        // What another server left behind is wrapped at the start, too.
        var isRewrapDue = true
        var lastProblem = ""
        while !Task.isCancelled {
            do {
                if try await sealing.reloadMasterKeys() {
                    isRewrapDue = true
                    logger.notice("master keys read anew")
                }
                if isRewrapDue, let done = try await sealing.rewrapDataKeys(context: Self.context) {
                    guard done.unreadable.isEmpty else {
                        let numbers = done.unreadable.sorted().map(String.init)
                        throw MasterKeyError(
                            "data keys need the master keys \(numbers.joined(separator: ", ")), "
                                + "which the file no longer holds")
                    }
                    logger.notice(
                        "every data key is wrapped by the newest master key",
                        metadata: [
                            "master_key": "\(done.masterKey)", "rewrapped": "\(done.count)",
                        ])
                }
                isRewrapDue = false
                lastProblem = ""
            } catch {
                // The same problem every two seconds is one problem.
                let problem = "\(error)"
                if problem != lastProblem, !Task.isCancelled {
                    logger.error("master keys", metadata: ["error": "\(problem)"])
                }
                lastProblem = problem
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
