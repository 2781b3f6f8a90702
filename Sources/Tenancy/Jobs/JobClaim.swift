/// The right to work on one run of a job. It lapses when it is not renewed, and is worth nothing
/// once another server has taken the job over.
package struct JobClaim: Sendable, Hashable {
    package let job: ScheduledJob
    /// The number of the run.
    package let run: Int64

    package init(job: ScheduledJob, run: Int64) {
        self.job = job
        self.run = run
    }
}
