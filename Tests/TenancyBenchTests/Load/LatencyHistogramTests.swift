internal import Testing

@testable internal import tenancy_bench

@Suite("Latency histogram")
struct LatencyHistogramTests {
    @Test("Buckets follow one another without gap, and the end of one is in it")
    func continuous() {
        var end: UInt64 = 0
        for bucket in 1..<3968 {
            #expect(LatencyHistogram.bucket(of: end + 1) == bucket)
            end = LatencyHistogram.upperEnd(ofBucket: bucket)
            #expect(LatencyHistogram.bucket(of: end) == bucket)
        }
        #expect(end == 1 << 37 - 1)
        #expect(LatencyHistogram.bucket(of: .max) == 3967)
    }

    @Test("A percentile is never below the truth and at most 1/128 above it", arguments: [1, 2, 3])
    func error(seed: UInt64) {
        var random = TenantChoice(seed: seed, count: 1 << 20)
        var histogram = LatencyHistogram()
        var values: [UInt64] = []
        for round in 0..<20_000 {
            let value = UInt64(random.next() + 1) << UInt64(round % 14)
            values.append(value)
            histogram.record(nanoseconds: value)
        }
        values.sort()
        for fraction in [0.001, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = values[Int((fraction * Double(values.count)).rounded(.up)) - 1]
            let measured = histogram.percentile(fraction)
            #expect(measured >= exact, "seed \(seed), fraction \(fraction)")
            #expect(Double(measured) <= Double(exact) * (1 + 1.0 / 128), "seed \(seed)")
        }
        #expect(histogram.max == values.last)
        #expect(histogram.count == 20_000)
    }

    @Test("Without latencies everything is zero")
    func empty() {
        let histogram = LatencyHistogram()
        #expect(histogram.percentile(0.99) == 0)
        #expect(histogram.mean == 0)
    }

    @Test("One latency is every percentile")
    func single() {
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: 1_000_003)
        #expect(histogram.percentile(0) == 1_000_003)
        #expect(histogram.percentile(1) == 1_000_003)
        #expect(histogram.mean == 1_000_003)
    }

    @Test("Merging is recording everything in one")
    func merge() {
        var left = LatencyHistogram()
        var right = LatencyHistogram()
        var both = LatencyHistogram()
        for value in 1...1000 as ClosedRange<UInt64> {
            both.record(nanoseconds: value * 1000)
            if value.isMultiple(of: 3) {
                left.record(nanoseconds: value * 1000)
            } else {
                right.record(nanoseconds: value * 1000)
            }
        }
        left.merge(right)
        #expect(left == both)
    }
}
