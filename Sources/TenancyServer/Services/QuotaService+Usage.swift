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
        return GetUsageResponse(try await store.usage(of: tenant.id, question))
    }
}

extension GetUsageResponse {
    fileprivate init(_ report: UsageReport) {
        self.init(
            success: true, startDate: report.days.first?.date.description ?? "",
            endDate: report.days.last?.date.description ?? "", timeZone: report.timeZone,
            days: report.days.map { DailyUsage($0) }, totals: UsageTotals(report.totals))
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
