/// The value of a setting: the text of one JSON value, known to be well-formed and within the
/// limits of `JSONObjectText`.
package struct SettingValue: Sendable, Hashable {
    package static let rule = "must be a JSON value of at most 64 KiB and 32 levels"

    package let text: String

    package init?(_ text: String) {
        guard text.utf8.count <= JSONObjectText.bytesMax else { return nil }
        var scanner = JSONScanner(Array(text.utf8))
        guard scanner.scanDocument() else { return nil }
        self.text = text
    }

    /// What the database answers with was checked when it was stored.
    package init(trusted text: String) {
        self.text = text
    }

    var node: JSONNode { JSONNode(wellFormed: text) }
}

// It may be a secret, so that nothing shows it by accident.
extension SettingValue: CustomStringConvertible, CustomReflectable {
    package var description: String { "SettingValue(\(text.utf8.count) bytes)" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
