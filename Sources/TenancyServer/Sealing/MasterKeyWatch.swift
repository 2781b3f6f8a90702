internal import Logging
internal import Tenancy

/// Looks after the file of master keys while the server runs: takes over what is new in it, and
/// wraps by the newest key what older ones wrap.
struct MasterKeyWatch: Sendable {
    /// How often the file is looked at. A data key that needs a newer master key has the file read
    /// at once, so this is only how soon rewrapping begins.
    private static let intervalDefault = Duration.seconds(2)
    private static let context = AuditContext(actor: "service:tenancyd")

    let sealing: Sealing
    let logger: Logger
    var interval = intervalDefault

    /// Looks at the file now and then, and at once when it is asked to, until it is cancelled.
    func run(_ signal: ReloadSignal) async {
        var state = State()
        await signal.follow(every: interval) { _ in await look(&state) }
    }

    private struct State {
        /// What another server left behind is wrapped at the start, too.
        var isRewrapDue = true
        var lastProblem = ""
    }

    private func look(_ state: inout State) async {
        do {
            if try await sealing.reloadMasterKeys() {
                state.isRewrapDue = true
                logger.notice("master keys read anew")
            }
            if state.isRewrapDue,
                let done = try await sealing.rewrapDataKeys(context: Self.context)
            {
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
            state.isRewrapDue = false
            state.lastProblem = ""
        } catch {
            // The same problem every two seconds is one problem.
            let problem = "\(error)"
            if problem != state.lastProblem, !Task.isCancelled {
                logger.error("master keys", metadata: ["error": "\(problem)"])
            }
            state.lastProblem = problem
        }
    }
}
