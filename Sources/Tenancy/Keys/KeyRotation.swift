/// A key that is to get a successor.
package struct KeyRotation: Sendable, Hashable {
    package static let overlapSecondsMax: Int64 = 30 * 86_400

    package let keyID: Int64
    /// How long both work.
    package let overlapSeconds: Int64
    /// Nil when the successor ends when the key does. That it is in the future is for the
    /// database's clock to say.
    package let expiresAt: Timestamp?

    package init?(
        keyID: Int64, overlapSeconds: Int64, expiresAt: Timestamp?,
        violations: inout FieldViolations
    ) {
        violations.require(keyID > 0, "key_id", "must be positive")
        violations.require(
            0...Self.overlapSecondsMax ~= overlapSeconds, "overlap_seconds",
            "must be 0 to \(Self.overlapSecondsMax)")
        violations.require(
            NewAPIKey.isExpiry(expiresAt), "expires_at", NewAPIKey.expiryRule)
        guard violations.all.isEmpty else { return nil }
        self.keyID = keyID
        self.overlapSeconds = overlapSeconds
        self.expiresAt = expiresAt
    }
}
