internal import Glibc
internal import Logging
internal import Tenancy
internal import TenancyStore

/// Does the jobs that come round beside the calls.
///
/// Every server has one, and each job is done by one of them: a job's run is claimed in the
/// database. A server that dies loses its claim, and another goes on; what is to be done is found
/// by looking, so time without any server is caught up with.
struct Scheduler: Sendable {
    private let store: TenancyStore
    private let logger: Logger
    private let interval: Duration
    private let retention: Retention
    /// Who claims, so that an operator who looks at the table can tell the servers apart.
    private let server: String
    private let context = AuditContext(actor: "service:tenancyd")

    init(store: TenancyStore, logger: Logger, interval: Duration, retention: Retention) {
        self.store = store
        self.retention = retention
        self.logger = logger
        self.interval = interval
        server = "tenancyd-\(getpid())-\(String(UInt32.random(in: .min ... .max), radix: 16))"
    }

    /// Looks for jobs until its task is cancelled. A step under way is rolled back then, and the
    /// next server that looks does it.
    func run() async {
        var pace = SchedulerPace(interval: interval)
        while !Task.isCancelled {
            let outcome = await turn()
            let wait = pace.wait(after: outcome, fraction: Double.random(in: 0...1))
            if wait > .zero { try? await Task.sleep(for: wait) }
        }
    }

    /// Does one job that is due, if there is one.
    private func turn() async -> SchedulerPace.Outcome {
        let claim: JobClaim?
        do {
            claim = try await store.claimJob(
                among: retention.jobs, server: server, context: context)
        } catch {
            if !Task.isCancelled {
                logger.warning("no job could be claimed", metadata: ["error": "\(error)"])
            }
            return .failed
        }
        guard let claim else { return .idle }
        return await work(on: claim)
    }

    private func work(on claim: JobClaim) async -> SchedulerPace.Outcome {
        var progress = JobProgress()
        var failure: (any Error)?
        do {
            while !progress.isFinished {
                progress.take(
                    try await store.advance(
                        claim, from: progress.position, retention: retention, context: context))
            }
        } catch {
            failure = error
        }
        let succeeded = failure == nil
        // In a task of its own, which is not cancelled with this one: a server that stops gives its
        // claim back, so that nobody has to wait for it to lapse.
        let ended = await Task { [store, context] in
            try? await store.finish(claim, succeeded: succeeded, context: context)
        }.value
        log(claim, progress, failure)
        // A claim that could not be given back lapses by itself.
        return ended == nil ? .failed : .worked
    }

    private func log(_ claim: JobClaim, _ progress: JobProgress, _ failure: (any Error)?) {
        var metadata: Logger.Metadata = [
            "job": "\(claim.job.rawValue)", "run": "\(claim.run)", "done": "\(progress.done)",
        ]
        if progress.failedCount > 0 {
            metadata["failed"] = "\(progress.failedCount)"
            metadata["tenants"] = "\(progress.failed)"
        }
        if let failure, !Task.isCancelled {
            metadata["error"] = "\(failure)"
            logger.warning("a job failed", metadata: metadata)
        } else if progress.failedCount > 0 {
            logger.error("tenants could not be settled", metadata: metadata)
        } else {
            logger.debug("a job is done", metadata: metadata)
        }
    }
}
