/// How often each latency occurred, in fixed memory.
///
/// Buckets are log-linear: each power of two of nanoseconds is cut into `bucketsPerOctave` equal
/// parts. A percentile is the upper end of its bucket, so it is never below the truth and at most
/// 1/128, 0.8 %, above it. Latencies over `latencySecondsMax` count as that long; the maximum and
/// the mean are exact. Keeping every latency instead would be exact all over, and would take memory
/// in proportion to the speed of the server, from the same machine.
struct LatencyHistogram: Sendable, Equatable {
    static let bucketsPerOctave = 128
    /// The longest latency that has a bucket of its own, rounded down: 2^37 nanoseconds.
    static let latencySecondsMax = 137

    private static let octaveBits = 7
    private static let nanosecondBitsMax = 37
    private static let bucketCount =
        (nanosecondBitsMax - octaveBits) * bucketsPerOctave + bucketsPerOctave

    private var buckets = [UInt64](repeating: 0, count: bucketCount)
    /// How many latencies were recorded.
    private(set) var count: UInt64 = 0
    /// The longest, in nanoseconds.
    private(set) var max: UInt64 = 0
    private var sum = 0.0

    mutating func record(nanoseconds: UInt64) {
        buckets[Self.bucket(of: nanoseconds)] &+= 1
        count &+= 1
        max = Swift.max(max, nanoseconds)
        sum += Double(nanoseconds)
    }

    mutating func merge(_ other: LatencyHistogram) {
        for index in buckets.indices { buckets[index] &+= other.buckets[index] }
        count &+= other.count
        max = Swift.max(max, other.max)
        sum += other.sum
    }

    /// The mean in nanoseconds; zero when nothing was recorded.
    var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// The latency in nanoseconds that `fraction` (0 to 1) of all calls did not exceed; zero when
    /// nothing was recorded.
    func percentile(_ fraction: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let rank = Swift.max(1, UInt64((fraction * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (index, occurrences) in buckets.enumerated() {
            seen &+= occurrences
            if seen >= rank { return min(Self.upperEnd(ofBucket: index), max) }
        }
        return max
    }

    /// Below 128 ns each nanosecond has its bucket; above, the leading 8 bits name it.
    static func bucket(of nanoseconds: UInt64) -> Int {
        guard nanoseconds >= UInt64(bucketsPerOctave) else { return Int(nanoseconds) }
        let shift = UInt64.bitWidth - 1 - nanoseconds.leadingZeroBitCount - octaveBits
        guard shift < nanosecondBitsMax - octaveBits else { return bucketCount - 1 }
        return shift * bucketsPerOctave + Int(nanoseconds >> UInt64(shift))
    }

    static func upperEnd(ofBucket bucket: Int) -> UInt64 {
        guard bucket >= 2 * bucketsPerOctave else { return UInt64(bucket) }
        let shift = bucket / bucketsPerOctave - 1
        let leading = UInt64(bucket - shift * bucketsPerOctave)
        return ((leading + 1) << UInt64(shift)) - 1
    }
}
