/// Which days of a tenant's usage are asked for, and of which resource. A day that was not given
/// depends on what day it is where the tenant is.
package struct UsageRequest: Sendable, Hashable {
    package static let daysMax: Int32 = 366
    package static let resourceRule = "must be users, api_calls, storage, transactions or not given"

    package let tenant: TenantSelector
    package let start: CalendarDate?
    package let end: CalendarDate?
    /// Nil for all.
    package let resource: Resource?

    /// - Parameter isResourceUnknown: a resource was given that this version does not know.
    /// - Throws: `invalidArgument` with every violation.
    package init(
        tenantCode: String, tenantID: Int64, startDate: String, endDate: String,
        resource: Resource?, isResourceUnknown: Bool = false
    ) throws(DomainError) {
        var violations = FieldViolations()
        let tenant = TenantSelector(code: tenantCode, id: tenantID, violations: &violations)
        start = CalendarDate(startDate)
        end = CalendarDate(endDate)
        violations.require(
            start != nil || startDate.isEmpty, "start_date", CalendarDate.rule)
        violations.require(end != nil || endDate.isEmpty, "end_date", CalendarDate.rule)
        violations.require(!isResourceUnknown, "resource", Self.resourceRule)
        try violations.check()
        guard let tenant else { throw .tenantNotFound }
        self.tenant = tenant
        self.resource = resource
        if let start, let end { _ = try Self.days(start, end) }
    }

    /// The days that are asked for: those given, else from the first of the month of the last day
    /// to today. A start alone reaches to today, and an end alone begins with its month.
    ///
    /// - Throws: `invalidArgument` when they are in the wrong order or too many.
    package func days(today: CalendarDate) throws(DomainError) -> ClosedRange<CalendarDate> {
        let end = end ?? today
        return try Self.days(start ?? end.firstOfMonth, end)
    }

    private static func days(
        _ start: CalendarDate, _ end: CalendarDate
    ) throws(DomainError) -> ClosedRange<CalendarDate> {
        guard start <= end else {
            throw .invalidArgument(field: "end_date", rule: "must not be before start_date")
        }
        guard end.days - start.days < daysMax else {
            throw .invalidArgument(
                field: "end_date", rule: "must be at most \(daysMax) days from start_date on")
        }
        return start...end
    }
}
