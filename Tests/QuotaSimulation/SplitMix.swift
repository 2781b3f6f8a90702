/// The only source of chance in a simulation, so that its seed replays it exactly.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

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
