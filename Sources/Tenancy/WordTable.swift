/// Where things are, by single words: an open table for what is looked up with every call.
///
/// A word and its place stand side by side, so that a look-up is one miss of the cache; in a
/// dictionary of the whole names it was four, and the hash alone cost more.
package struct WordTable: Sendable {
    private static let capacityMin = 16
    private static let vacant = UInt64(0)

    private struct Pair {
        var word = WordTable.vacant
        var place: Int32 = 0
    }

    /// A power of two; at most half of them are in use, so that a row of used ones is short.
    private var pairs = [Pair](repeating: Pair(), count: capacityMin)
    package private(set) var count = 0

    package init() {}

    /// Fibonacci hashing: numbers that are given out follow each other, and their places must not.
    private func home(_ word: UInt64) -> Int {
        let mixed = (word ^ word >> 32) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed &>> UInt64(64 - pairs.count.trailingZeroBitCount))
    }

    /// The position of a word, or the vacant one where it would be.
    private func find(_ word: UInt64) -> (position: Int, isThere: Bool) {
        let mask = pairs.count - 1
        return pairs.withUnsafeBufferPointer { pairs in
            var position = home(word)
            while pairs[position].word != Self.vacant {
                if pairs[position].word == word { return (position, true) }
                position = (position + 1) & mask
            }
            return (position, false)
        }
    }

    /// The place of a word, which is not 0.
    package subscript(word: UInt64) -> Int32? {
        get {
            let found = find(word)
            return found.isThere ? pairs[found.position].place : nil
        }
        set {
            precondition(word != Self.vacant, "no word is 0")
            if let newValue { insert(word, newValue) } else { remove(word) }
        }
    }

    private mutating func insert(_ word: UInt64, _ place: Int32) {
        var (position, isThere) = find(word)
        if !isThere {
            if (count + 1) * 2 > pairs.count {
                grow()
                position = find(word).position
            }
            count += 1
        }
        pairs[position] = Pair(word: word, place: place)
    }

    private mutating func grow() {
        let old = pairs
        pairs = [Pair](repeating: Pair(), count: old.count * 2)
        for pair in old where pair.word != Self.vacant { pairs[find(pair.word).position] = pair }
    }

    /// What follows in the row moves up, as far as it is not before its home then: without that a
    /// look-up would end at the gap.
    private mutating func remove(_ word: UInt64) {
        let found = find(word)
        guard found.isThere else { return }
        let mask = pairs.count - 1
        var gap = found.position
        var next = (gap + 1) & mask
        while pairs[next].word != Self.vacant {
            let distance = (next &- home(pairs[next].word)) & mask
            if distance >= (next &- gap) & mask {
                pairs[gap] = pairs[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        pairs[gap] = Pair()
        count -= 1
    }
}
