/// What ends a key that tokens are signed with.
package struct SigningKeyRevocation: Sendable, Hashable {
    /// A thumbprint has 43.
    package static let keyNameBytesMax = 128
    package static let reasonLengthMax = 500

    package let keyName: String
    /// For those who ask later why every tenant had to exchange its keys again.
    package let reason: String

    /// - Throws: `invalidArgument`.
    package init(keyName: String, reason: String) throws(DomainError) {
        var violations = FieldViolations()
        violations.require(
            1...Self.keyNameBytesMax ~= keyName.utf8.count, "key_id",
            "must be 1 to \(Self.keyNameBytesMax) bytes")
        violations.require(
            Syntax.isText(reason, lengthMax: Self.reasonLengthMax), "reason",
            "must be 1 to \(Self.reasonLengthMax) characters without control characters")
        try violations.check()
        self.keyName = keyName
        self.reason = reason
    }
}
