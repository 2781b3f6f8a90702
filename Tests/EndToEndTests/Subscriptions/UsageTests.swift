internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("The usage of a tenant", .timeLimit(.minutes(5)))
struct UsageTests {
    @Test("is a series of every day, and its totals", arguments: Way.allCases)
    func series(over way: Way) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: way) { services in
            let code = try await services.createTenant("used")
            for (resource, amount) in Examples.month {
                try await services.consume(amount, resource, of: code)
            }
            _ = try await deployment.query(
                """
                INSERT INTO tenant_resource_usage (tenant_id, usage_date, resource_type, used)
                SELECT id, '2024-02-29', 'api_calls', 5 FROM tenants
                WHERE tenant_code = '\(code)'
                """)
            let month = try await services.quotas.getUsage(.init(tenantCode: code))
            #expect(month.timeZone == "Asia/Kolkata")
            #expect(month.startDate.hasSuffix("-01"))
            #expect(month.days.last?.usageDate == month.endDate)
            #expect(month.days.last?.apiCalls == 2_547)
            #expect(
                month.totals
                    == UsageTotals(
                        apiCalls: 2_547, storageBytes: 1_200_000_000, storageGb: 1.2, users: 3,
                        transactions: 156))
            let leap = try await services.quotas.getUsage(
                .init(
                    tenantCode: code, startDate: "2024-02-28", endDate: "2024-03-01",
                    resource: .apiCalls))
            #expect(
                leap.days.map(\.usageDate) == ["2024-02-28", "2024-02-29", "2024-03-01"])
            #expect(leap.days.map(\.apiCalls) == [0, 5, 0])
            let year = try await services.quotas.getUsage(
                .init(tenantCode: code, startDate: "2024-01-01", endDate: "2024-12-31"))
            #expect(year.days.count == 366)
        }
    }

    @Test("is of days in their order, and of no more than 366")
    func bounds() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("bounds")
            for (start, end) in [
                ("2024-01-01", "2025-01-01"), ("2024-01-02", "2024-01-01"), ("2020-01-01", ""),
                ("9999-01-01", ""),
            ] {
                let error = try await expectFailure(.invalidArgument) {
                    try await services.quotas.getUsage(
                        .init(tenantCode: code, startDate: start, endDate: end))
                }
                #expect(try error.violatedFields == ["end_date"])
            }
        }
    }
}
