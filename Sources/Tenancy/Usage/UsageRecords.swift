/// What the records of one resource's usage say, each by itself.
package struct UsageRecords: Sendable, Hashable {
    package let resource: Resource
    /// The counter of the present period.
    package let counted: Int64
    /// The ledger's sum over that period.
    package let recorded: Int64
    /// The sum of a month's days.
    package let days: Int64
    /// The ledger's sum over these days.
    package let recordedDays: Int64

    package init(
        resource: Resource, counted: Int64, recorded: Int64, days: Int64, recordedDays: Int64
    ) {
        self.resource = resource
        self.counted = counted
        self.recorded = recorded
        self.days = days
        self.recordedDays = recordedDays
    }

    package var matches: Bool { counted == recorded && days == recordedDays }
}
