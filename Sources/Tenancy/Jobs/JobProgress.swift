/// How far the run of a job has come. Each step is one transaction of bounded size; the next one
/// goes on where it ended.
package struct JobProgress: Sendable, Hashable {
    /// The last tenant that was looked at: in the order of numbers, or in the order in which their
    /// subscriptions became due.
    package struct Position: Sendable, Hashable {
        package let dueAt: Timestamp?
        package let tenant: TenantID

        package init(dueAt: Timestamp? = nil, tenant: TenantID) {
            self.dueAt = dueAt
            self.tenant = tenant
        }
    }

    /// What one step did.
    package struct Step: Sendable, Hashable {
        package let done: Int
        package let failed: [TenantID]
        package let position: Position?
        /// Whether there may be more to do.
        package let goesOn: Bool

        package init(
            done: Int, failed: [TenantID] = [], position: Position? = nil, goesOn: Bool
        ) {
            self.done = done
            self.failed = failed
            self.position = position
            self.goesOn = goesOn
        }
    }

    /// How many failed tenants are named; the rest is counted.
    package static let namedMax = 20

    /// How much was done: tenants, partitions, keys.
    package private(set) var done = 0
    package private(set) var failedCount = 0
    /// The first tenants that could not be settled.
    package private(set) var failed: [TenantID] = []
    package private(set) var position: Position?
    package private(set) var isFinished = false

    package init() {}

    package mutating func take(_ step: Step) {
        precondition(!isFinished, "a run that has ended takes no step")
        done += step.done
        failedCount += step.failed.count
        failed += step.failed.prefix(Self.namedMax - failed.count)
        position = step.position ?? position
        isFinished = !step.goesOn
    }
}
