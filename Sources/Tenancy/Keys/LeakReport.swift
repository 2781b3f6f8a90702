/// A key that was found where it should not be.
package struct LeakReport: Sendable, Hashable {
    package static let foundAtLengthMax = 500

    /// Nil for a text that is no key.
    package let credential: Credential?
    /// Empty when that is not known.
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
        self.foundAt = foundAt
    }
}
