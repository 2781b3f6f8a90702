internal import Tenancy
internal import Testing

@Suite struct CalendarDateTests {
    @Test("Days are counted from 1970")
    func known() {
        let days: [(String, Int32)] = [
            ("1970-01-01", 0), ("1969-12-31", -1), ("2000-01-01", 10_957), ("2026-02-01", 20_485),
            ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
        ]
        for (text, expected) in days {
            #expect(CalendarDate(text)?.days == expected)
            #expect(CalendarDate(days: expected).description == text)
        }
    }

    @Test("Every day of 800 years has one name, and the next day the next")
    func roundTrip() throws {
        let first = try #require(CalendarDate("1600-01-01")).days
        let last = try #require(CalendarDate("2400-12-31")).days
        for day in first...last {
            let date = CalendarDate(days: day)
            #expect(CalendarDate(date.description) == date)
            #expect(date.firstOfMonth.description.hasSuffix("-01"))
            #expect(date.firstOfMonth.description.prefix(7) == date.description.prefix(7))
        }
    }

    @Test(
        "What is no day is none",
        arguments: [
            "", "2026-2-1", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-01", "2026-04-31",
            "2026-01-00", "0000-01-01", "2026/02/01", "2026-02-01 ", "20260201", "+026-02-01",
            "２026-02-01", "2026-02-1x",
        ])
    func malformed(text: String) {
        #expect(CalendarDate(text) == nil)
    }

    @Test("A leap day is a day", arguments: ["2024-02-29", "2000-02-29"])
    func leapDays(text: String) {
        #expect(CalendarDate(text)?.description == text)
    }
}
