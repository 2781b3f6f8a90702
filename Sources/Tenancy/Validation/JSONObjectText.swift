/// The text of one JSON object (RFC 8259), known to be well-formed.
///
/// It stays text: the domain stores and returns it, and a parse into values would lose the digits
/// of large numbers. What Postgres's jsonb cannot hold is refused here, so that the caller hears
/// which field it was: an escaped NUL, half of a surrogate pair, a number beyond all use.
package struct JSONObjectText: Sendable, Hashable {
    package static let bytesMax = 65_536
    package static let depthMax = 32
    package static let numberBytesMax = 64
    package static let exponentMax = 308

    package static let empty = JSONObjectText(trusted: "{}")

    package let text: String

    /// Nil unless the text is one JSON object within the limits. The empty text is the empty
    /// object.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax else { return nil }
        if text.isEmpty {
            self = .empty
            return
        }
        var scanner = JSONScanner(Array(text.utf8))
        guard scanner.scanObjectDocument() else { return nil }
        self.text = text
    }

    /// What the database answers with was checked when it was stored.
    package init(trusted text: String) {
        self.text = text
    }
}
