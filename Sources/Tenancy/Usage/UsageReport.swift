/// What a tenant used, day by day. Every day of the range is there, in order, also one without
/// usage.
package struct UsageReport: Sendable, Hashable {
    package struct Day: Sendable, Hashable {
        package let date: CalendarDate
        package fileprivate(set) var used = ResourceUnits.none
    }

    /// What was taken above the limit of a resource, at a price.
    package struct Overage: Sendable, Hashable {
        package let resource: Resource
        package let units: Int64
        package let pricePaise: Int64

        package init(resource: Resource, units: Int64, pricePaise: Int64) {
            self.resource = resource
            self.units = units
            self.pricePaise = pricePaise
        }
    }

    /// The time zone whose days they are.
    package let timeZone: String
    package private(set) var days: [Day]
    package private(set) var totals = ResourceUnits.none
    package var overage: [Overage] = []

    package init(timeZone: String, days: ClosedRange<CalendarDate>) {
        self.timeZone = timeZone
        self.days = (days.lowerBound.days...days.upperBound.days).map {
            Day(date: CalendarDate(days: $0))
        }
    }

    /// Adds what was used of a resource on a day of the range. A sum that no counter could hold
    /// stays at the end of what 64 bits can say.
    package mutating func add(_ units: Int64, of resource: Resource, on date: CalendarDate) {
        guard let first = days.first?.date, let last = days.last?.date,
            (first...last).contains(date)
        else { return }
        days[Int(date.days - first.days)].used.add(units, of: resource)
        totals.add(units, of: resource)
    }
}

extension ResourceUnits {
    package static let none = ResourceUnits(users: 0, apiCalls: 0, storageBytes: 0, transactions: 0)

    fileprivate mutating func add(_ units: Int64, of resource: Resource) {
        switch resource {
        case .users: users = users.addingWithinRange(units)
        case .apiCalls: apiCalls = apiCalls.addingWithinRange(units)
        case .storage: storageBytes = storageBytes.addingWithinRange(units)
        case .transactions: transactions = transactions.addingWithinRange(units)
        }
    }
}

extension Int64 {
    fileprivate func addingWithinRange(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
