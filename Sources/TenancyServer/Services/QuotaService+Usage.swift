internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

extension QuotaService {
    func getUsage(
        _ request: GetUsageRequest, context: ServerContext
    ) async throws -> GetUsageResponse {
        let caller = try await access.caller(context, .getUsage)
        let resource = Tenancy.Resource(request.resource)
        let question = try UsageRequest(
            tenantCode: request.tenantCode, tenantID: request.tenantId,
            startDate: request.startDate, endDate: request.endDate, resource: resource,
            isResourceUnknown: resource == nil && request.resource != .unspecified)
        let tenant = try await access.tenant(question.tenant, caller, .getUsage)
        await keeper.flush(tenant.id)
        return GetUsageResponse(try await store.usage(of: tenant.id, question))
    }
}

extension QuotaService {
    func reconcileUsage(
        _ request: ReconcileUsageRequest, context: ServerContext
    ) async throws -> ReconcileUsageResponse {
        let caller = try await access.caller(context, .reconcileUsage)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let month = request.month.isEmpty ? nil : CalendarDate(request.month + "-01")
        violations.require(
            request.month.isEmpty || month != nil, "month", "must be a month as YYYY-MM")
        try violations.check()
        guard let selector else { throw DomainError.tenantNotFound }
        let tenant = try await access.tenant(selector, caller, .reconcileUsage)
        await keeper.flush(tenant.id)
        let records = try await store.reconcileUsage(of: tenant.id, month: month)
        return ReconcileUsageResponse(
            success: true, matches: records.allSatisfy(\.matches),
            resources: records.map {
                ReconciledUsage(
                    resource: TenancyAPI.Resource($0.resource), counted: $0.counted,
                    recorded: $0.recorded, days: $0.days, recordedDays: $0.recordedDays)
            })
    }
}

extension GetUsageResponse {
    fileprivate init(_ report: UsageReport) {
        self.init(
            success: true, startDate: report.days.first?.date.description ?? "",
            endDate: report.days.last?.date.description ?? "", timeZone: report.timeZone,
            days: report.days.map { DailyUsage($0) }, totals: UsageTotals(report.totals),
            overage: report.overage.map {
                OverageUsage(
                    resource: TenancyAPI.Resource($0.resource),
                    units: UInt64(clamping: $0.units), pricePaise: $0.pricePaise)
            })
    }
}

extension DailyUsage {
    fileprivate init(_ day: UsageReport.Day) {
        self.init(
            usageDate: day.date.description, apiCalls: day.used.apiCalls,
            storageBytes: day.used.storageBytes, users: day.used.users,
            transactions: day.used.transactions)
    }
}

extension UsageTotals {
    fileprivate init(_ totals: ResourceUnits) {
        self.init(
            apiCalls: totals.apiCalls, storageBytes: totals.storageBytes,
            storageGb: totals.storageGigabytes, users: totals.users,
            transactions: totals.transactions)
    }
}
