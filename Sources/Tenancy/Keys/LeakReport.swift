/// A key that was found where it should not be.
package struct LeakReport: Sendable, Hashable {
    package static let foundAtLengthMax = 500

    /// Nil for a text that is no key.
    package let credential: Credential?
    /// Empty when that is not known. Without keys: it is written down, and who reports a key is
    /// likely to paste the line that it was found in.
    package let foundAt: String

    package init?(apiKey text: String, foundAt: String, violations: inout FieldViolations) {
        violations.require(
            1...KeyCheck.textBytesMax ~= text.utf8.count, "api_key",
            "must be 1 to \(KeyCheck.textBytesMax) bytes")
        violations.require(
            foundAt.isEmpty || Syntax.isText(foundAt, lengthMax: Self.foundAtLengthMax),
            "found_at",
            "must be at most \(Self.foundAtLengthMax) characters without control characters")
        guard violations.all.isEmpty else { return nil }
        credential = Credential(.apiKey, presented: text)
        self.foundAt = Self.withoutKeys(foundAt, reported: text)
    }

    private static let redaction = "[key]"

    /// The text with the key that is reported, and everything else that looks like a key, taken
    /// out.
    private static func withoutKeys(_ text: String, reported: String) -> String {
        var left = text.replacing(reported, with: redaction)
        // What makes a key is its secret, also where the beginning was cut off.
        if let secret = reported.split(separator: "_").last, secret.count >= secretLengthMin {
            left = left.replacing(secret, with: redaction)
        }
        return left.replacing(/vym_[0-9]+_[0-9A-Za-z]+/.ignoresCase(), with: redaction)
    }

    /// A text that is no key must not have words taken out that it happens to end with.
    private static let secretLengthMin = 16
}
