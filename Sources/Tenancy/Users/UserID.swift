/// The name of a user in the platform's user directory.
package struct UserID: Sendable, Hashable {
    package static let bytesMax = 128
    package static let rule = "must be 1 to 128 letters, digits and _ - . @ :"

    package let text: String

    package init?(_ text: String) {
        guard 1...Self.bytesMax ~= text.utf8.count,
            text.utf8.allSatisfy({
                $0.isASCIILetter || $0.isASCIIDigit || "_-.@:".utf8.contains($0)
            })
        else { return nil }
        self.text = text
    }

    /// Reads a request's `user_id` that may be empty for nobody; what is none is a violation.
    package init?(orNone text: String, violations: inout FieldViolations) {
        guard !text.isEmpty else { return nil }
        guard let id = Self(text) else {
            violations.add("user_id", Self.rule)
            return nil
        }
        self = id
    }
}
