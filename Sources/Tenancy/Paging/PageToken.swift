/// Where a list goes on: after the entry with this number, under the same filters.
///
/// Callers see it as opaque text. It is checked against damage and against other filters, and is
/// not signed: it carries a position and no right, and every page passes the same authority and
/// scope as the first.
package struct PageToken: Sendable, Hashable {
    private static let version: UInt8 = 1

    package let afterID: Int64

    package init(afterID: Int64) {
        self.afterID = afterID
    }

    /// - Parameter filter: text that differs for every list and every set of filters.
    package func encoded(filter: String) -> String {
        let position = Self.bigEndian(UInt64(bitPattern: afterID))
        return Base64URL.encode([Self.version] + position + Self.check(position, filter))
    }

    /// Nil for text that this service did not make for these filters.
    package init?(_ text: String, filter: String) {
        // Longer text is not worth decoding.
        guard text.utf8.count <= 32, let bytes = Base64URL.decode(text), bytes.count == 17,
            bytes[0] == Self.version
        else { return nil }
        let position = Array(bytes[1..<9])
        guard Array(bytes[9...]) == Self.check(position, filter) else { return nil }
        let afterID = position.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.afterID = Int64(bitPattern: afterID)
        guard self.afterID >= 0 else { return nil }
    }

    /// FNV-1a over position and filters.
    private static func check(_ position: [UInt8], _ filter: String) -> [UInt8] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in position + Array(filter.utf8) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return bigEndian(hash)
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
    }
}
