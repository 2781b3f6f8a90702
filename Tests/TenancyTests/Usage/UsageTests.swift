internal import Tenancy
internal import Testing

@Suite struct UsageTests {
    private func request(
        _ start: String = "", _ end: String = "", code: String = "axis", unknown: Bool = false
    ) throws -> UsageRequest {
        try UsageRequest(
            tenantCode: code, tenantID: 0, startDate: start, endDate: end, resource: nil,
            isResourceUnknown: unknown)
    }

    private func violated(_ body: () throws -> Void) -> [String] {
        do {
            try body()
            return []
        } catch {
            guard case .invalidArgument(let violations) = (error as? DomainError)?.code else {
                return ["\(error)"]
            }
            return violations.map(\.field)
        }
    }

    @Test("Days that are not given follow from the others and from today")
    func defaults() throws {
        let today = try #require(CalendarDate("2026-02-14"))
        let cases: [(String, String, String)] = [
            ("", "", "2026-02-01...2026-02-14"), ("2026-01-30", "", "2026-01-30...2026-02-14"),
            ("", "2025-12-24", "2025-12-01...2025-12-24"),
            ("2027-01-01", "2027-01-01", "2027-01-01...2027-01-01"),
        ]
        for (start, end, expected) in cases {
            #expect("\(try request(start, end).days(today: today))" == expected)
        }
    }

    @Test("366 days are enough, whichever of them were given")
    func bounds() throws {
        let today = try #require(CalendarDate("2026-12-31"))
        #expect(try request("2024-01-01", "2024-12-31").days(today: today).upperBound.days > 0)
        #expect(violated { _ = try request("2024-01-01", "2025-01-01") } == ["end_date"])
        #expect(violated { _ = try request("2024-01-02", "2024-01-01") } == ["end_date"])
        #expect(violated { _ = try request("2025-12-30").days(today: today) } == ["end_date"])
        #expect(violated { _ = try request("2027-01-01").days(today: today) } == ["end_date"])
        #expect(violated { _ = try request("0001-01-01", "9999-12-31") } == ["end_date"])
    }

    @Test("Every violation is told at once")
    func violations() {
        #expect(
            violated { _ = try request("x", "y", code: "", unknown: true) }
                == ["tenant_code", "start_date", "end_date", "resource"])
    }

    @Test("A report has every day, and sums that are those of the days")
    func report() throws {
        let first = try #require(CalendarDate("2026-02-27"))
        let last = try #require(CalendarDate("2026-03-02"))
        var report = UsageReport(timeZone: "Asia/Kolkata", days: first...last)
        report.add(3, of: .apiCalls, on: last)
        report.add(4, of: .apiCalls, on: first)
        report.add(-2_000_000_000, of: .storage, on: first)
        report.add(5, of: .users, on: CalendarDate(days: last.days + 1))
        #expect(
            report.days.map(\.date.description)
                == ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"])
        #expect(report.days.map(\.used.apiCalls) == [4, 0, 0, 3])
        #expect(report.totals.apiCalls == 7)
        #expect(report.totals.users == 0)
        #expect(report.totals.storageGigabytes == -2)
        report.add(.max, of: .apiCalls, on: last)
        #expect(report.totals.apiCalls == .max)
    }
}
