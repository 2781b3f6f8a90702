/// A length of time as people write it: `5s`, `250ms`, `1.5m`, `2h`.
package enum DurationText {
    /// The longest that is accepted; more is a slip of the hand.
    package static let durationHoursMax = 24

    private static let nanosecondsByUnit: [(unit: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// The duration, or `nil` for text that is none, that is negative, or that is over
    /// `durationHoursMax`. A number needs its unit, because `--timeout 5` has been read as
    /// milliseconds by as many tools as have read it as seconds.
    package static func parse(_ text: String) -> Duration? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count)
        guard let scale = nanosecondsByUnit.first(where: { $0.unit == unit })?.nanoseconds,
            let value = Double(number)
        else { return nil }
        let nanoseconds = (value * scale).rounded()
        guard nanoseconds.isFinite, nanoseconds >= 0,
            nanoseconds <= Double(durationHoursMax) * 3600e9
        else { return nil }
        return .nanoseconds(Int64(nanoseconds))
    }

    /// The duration in the largest unit that shows it with three digits or more: `1.52 ms`.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return text(nanoseconds: Double(seconds) * 1e9 + Double(attoseconds) / 1e9)
    }

    package static func text(nanoseconds: Double) -> String {
        let units: [(unit: String, nanoseconds: Double)] = [("s", 1e9), ("ms", 1e6), ("µs", 1e3)]
        for (unit, scale) in units where nanoseconds >= scale {
            return "\(Decimals.text(nanoseconds / scale, significantDigits: 3)) \(unit)"
        }
        return "\(Decimals.text(nanoseconds, digits: 0)) ns"
    }
}
