/// A place that is known by several numbers, as opaque text for callers.
///
/// Like a `PageToken` it is checked against damage and against another use than the one it was made
/// for, and is not signed: it carries a position and no right.
package struct PositionToken: Sendable, Hashable {
    private static let version: UInt8 = 2
    package static let numbersMax = 4

    package let numbers: [Int64]

    package init(_ numbers: [Int64]) {
        precondition(1...Self.numbersMax ~= numbers.count, "a position has a few numbers")
        self.numbers = numbers
    }

    /// - Parameter use: text that differs for everything that such a token is made for.
    package func encoded(for use: String) -> String {
        let position = numbers.flatMap { Self.bigEndian(UInt64(bitPattern: $0)) }
        return Base64URL.encode([Self.version] + position + Self.check(position, use))
    }

    /// Nil for text that this service did not make for this use.
    package init?(_ text: String, for use: String) {
        // Longer text is not worth decoding.
        guard text.utf8.count <= 2 * 8 * (Self.numbersMax + 2),
            let bytes = Base64URL.decode(text), bytes.first == Self.version,
            bytes.count % 8 == 1, 2...(Self.numbersMax + 1) ~= bytes.count / 8
        else { return nil }
        let position = Array(bytes[1..<(bytes.count - 8)])
        guard Array(bytes[(bytes.count - 8)...]) == Self.check(position, use) else { return nil }
        numbers = stride(from: 0, to: position.count, by: 8).map { start in
            let number = position[start..<(start + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int64(bitPattern: number)
        }
    }

    /// FNV-1a over position and use.
    private static func check(_ position: [UInt8], _ use: String) -> [UInt8] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in position + Array(use.utf8) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return bigEndian(hash)
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
    }
}
