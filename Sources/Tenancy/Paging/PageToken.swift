/// Where a list goes on: after the entry with this number or this name, under the same filters.
///
/// Callers see it as opaque text. It is checked against damage and against other filters, and is
/// not signed: it carries a position and no right, and every page passes the same authority and
/// scope as the first.
package struct PageToken: Sendable, Hashable {
    private enum Position: Hashable {
        case id(Int64)
        case text(String)
    }

    /// The first byte of a token tells what follows.
    private static let idVersion: UInt8 = 1
    private static let textVersion: UInt8 = 2
    private static let checkBytes = 8
    /// Longer text is not worth decoding: no list is in the order of longer names.
    private static let encodedBytesMax = 512

    private let position: Position

    package init(afterID: Int64) {
        position = .id(afterID)
    }

    package init(afterText: String) {
        position = .text(afterText)
    }

    /// Nil for a list that is not in the order of numbers.
    package var afterID: Int64? {
        guard case .id(let id) = position else { return nil }
        return id
    }

    /// Nil for a list that is not in the order of names.
    package var afterText: String? {
        guard case .text(let text) = position else { return nil }
        return text
    }

    /// - Parameter filter: text that differs for every list and every set of filters.
    package func encoded(filter: String) -> String {
        let (version, bytes) =
            switch position {
            case .id(let id): (Self.idVersion, Self.bigEndian(UInt64(bitPattern: id)))
            case .text(let text): (Self.textVersion, Array(text.utf8))
            }
        return Base64URL.encode([version] + bytes + Self.check(bytes, filter))
    }

    /// Nil for text that this service did not make for these filters.
    package init?(_ text: String, filter: String) {
        guard text.utf8.count <= Self.encodedBytesMax, let bytes = Base64URL.decode(text),
            bytes.count > Self.checkBytes
        else { return nil }
        let position = Array(bytes.dropFirst().dropLast(Self.checkBytes))
        guard Array(bytes.suffix(Self.checkBytes)) == Self.check(position, filter) else {
            return nil
        }
        switch bytes[0] {
        case Self.idVersion where position.count == 8:
            let bits = position.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let id = Int64(exactly: bits) else { return nil }
            self.position = .id(id)
        case Self.textVersion:
            guard let text = String(validating: position, as: UTF8.self) else { return nil }
            self.position = .text(text)
        default: return nil
        }
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
