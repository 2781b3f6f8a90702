extension Google_Protobuf_Timestamp {
    /// A moment as the database keeps it, in microseconds since the start of 1970 in UTC.
    public init(microsecondsSince1970 microseconds: Int64) {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        // Nanoseconds count forward, before 1970 as well.
        let isBefore = rest < 0
        self.init(
            seconds: isBefore ? seconds - 1 : seconds,
            nanos: Int32((isBefore ? rest + 1_000_000 : rest) * 1000))
    }

    /// The moment in microseconds since the start of 1970 in UTC, rounded down; held at the ends
    /// of what 64 bits can say.
    public var microsecondsSince1970: Int64 {
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = scaled.addingReportingOverflow(Int64(nanos) / 1000)
        return carry ? (nanos < 0 ? .min : .max) : sum
    }
}
