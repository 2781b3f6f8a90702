/// Judges text on the wire, whose length is known and whose content is not.
enum UTF8Text {
    enum Verdict: Equatable {
        case valid
        case invalid
        case nul
    }

    /// Plain ASCII goes eight bytes at a step.
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) -> Verdict {
        guard let start = bytes.baseAddress else { return .valid }
        let raw = UnsafeRawPointer(start)
        let count = bytes.count
        var index = 0
        while index &+ 8 <= count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // A byte above 0x7f has its high bit set; a zero byte borrows into its high bit.
            guard (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 == 0 else {
                return sequence(start, from: index, count)
            }
            index &+= 8
        }
        while index < count {
            guard start[index] &- 1 < 0x7f else { return sequence(start, from: index, count) }
            index &+= 1
        }
        return .valid
    }

    /// Character by character from `index`, which is the start of one.
    private static func sequence(
        _ start: UnsafePointer<UInt8>, from index: Int, _ count: Int
    ) -> Verdict {
        var index = index
        while index < count {
            let lead = start[index]
            guard lead >= 0x80 else {
                guard lead != 0 else { return .nul }
                index &+= 1
                continue
            }
            guard let (length, second) = shape(of: lead), length <= count &- index,
                second.contains(start[index &+ 1])
            else { return .invalid }
            for offset in 2..<max(length, 2) where start[index &+ offset] & 0xc0 != 0x80 {
                return .invalid
            }
            index &+= length
        }
        return .valid
    }

    /// The length of a character by its first byte, and what its second byte may be: table 3-7 of
    /// the Unicode standard, which leaves out overlong forms, surrogates and all above U+10FFFF.
    private static func shape(of lead: UInt8) -> (length: Int, second: ClosedRange<UInt8>)? {
        switch lead {
        case 0xc2...0xdf: (2, 0x80...0xbf)
        case 0xe0: (3, 0xa0...0xbf)
        case 0xed: (3, 0x80...0x9f)
        case 0xe1...0xef: (3, 0x80...0xbf)
        case 0xf0: (4, 0x90...0xbf)
        case 0xf1...0xf3: (4, 0x80...0xbf)
        case 0xf4: (4, 0x80...0x8f)
        default: nil
        }
    }
}
