/// How many whole months before the present one are kept; 0 for all.
package struct Retention: Sendable, Hashable {
    package static let monthsMax = 1_200

    package var activityMonths: Int
    package var usageMonths: Int

    package init(activityMonths: Int = 0, usageMonths: Int = 0) {
        precondition(0...Self.monthsMax ~= activityMonths && 0...Self.monthsMax ~= usageMonths)
        self.activityMonths = activityMonths
        self.usageMonths = usageMonths
    }

    /// The jobs that a server with this retention takes part in: what it keeps for ever it does not
    /// drop, and leaves to servers that do not.
    package var jobs: [ScheduledJob] {
        ScheduledJob.allCases.filter { job in
            switch job {
            case .expireActivity: activityMonths > 0
            case .expireUsage: usageMonths > 0
            default: true
            }
        }
    }
}
