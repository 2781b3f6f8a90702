/// A day of the calendar, without a time zone, from the year 1 to 9999.
package struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    package static let rule = "must be a day such as 2026-02-01"

    /// Days since 1970-01-01.
    package let days: Int32

    package init(days: Int32) {
        self.days = days
    }

    /// Reads "2026-02-01", and nothing else: other spellings mean different days to different
    /// people.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), year >= 1, 1...12 ~= month,
            1...Self.length(ofMonth: month, year) ~= day
        else { return nil }
        days = Self.days(year, month, day)
    }

    /// A day of the month `days` is in: its first.
    package var firstOfMonth: CalendarDate {
        CalendarDate(days: days - parts.day + 1)
    }

    package var description: String {
        let (year, month, day) = parts
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        left.days < right.days
    }

    // MARK: - The Gregorian calendar

    // Counted in years that begin with March, so that the odd day of a leap year is a year's last,
    // and in cycles of 400 years, which are all alike.
    private static let daysPerCycle: Int32 = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let daysToEpoch: Int32 = 719_468

    private static func days(_ year: Int32, _ month: Int32, _ day: Int32) -> Int32 {
        let shifted = month > 2 ? year : year - 1
        let cycle = shifted / 400
        let yearOfCycle = shifted % 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        return cycle * daysPerCycle + dayOfCycle - daysToEpoch
    }

    private var parts: (year: Int32, month: Int32, day: Int32) {
        let count = days + Self.daysToEpoch
        let cycle = count / Self.daysPerCycle
        let dayOfCycle = count % Self.daysPerCycle
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func length(ofMonth month: Int32, _ year: Int32) -> Int32 {
        switch month {
        case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int32? {
        var value: Int32 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int32(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func padded(_ number: Int32, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
