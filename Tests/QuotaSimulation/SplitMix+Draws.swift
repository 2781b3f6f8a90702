internal import TestSupport

extension SplitMix {
    /// A number below `bound`; the small bias does not matter here, and speed does.
    mutating func below(_ bound: UInt64) -> UInt64 {
        next().multipliedFullWidth(by: bound).high
    }

    mutating func chance(_ perMille: UInt64) -> Bool { below(1000) < perMille }

    /// In nanoseconds, from so many to so many microseconds.
    mutating func microseconds(_ range: Range<UInt64>) -> UInt64 {
        (range.lowerBound + below(range.upperBound - range.lowerBound)) * 1000
    }
}
