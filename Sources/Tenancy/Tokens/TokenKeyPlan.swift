/// When signing keys follow one another. All servers decide alike from the same rows.
package struct TokenKeyPlan: Sendable, Hashable {
    /// How long a new key is published before it signs: as long as others may remember the set.
    package static let leadMicroseconds: Int64 = 3_600_000_000
    /// How long an old key is published after its last signature.
    package static let afterMicroseconds: Int64 =
        (TenantToken.lifetimeSecondsMax + TenantToken.leewaySeconds) * 1_000_000

    /// How long a key signs.
    package let lifetimeMicroseconds: Int64

    package init(lifetimeDays: Int) {
        precondition(lifetimeDays > 0, "a key signs for some time")
        lifetimeMicroseconds = Int64(lifetimeDays) * 86_400_000_000
    }

    /// A key, as far as time is concerned.
    package struct Key: Sendable, Hashable {
        package let name: String
        package let signsFrom: Timestamp

        package init(name: String, signsFrom: Timestamp) {
            self.name = name
            self.signsFrom = signsFrom
        }
    }

    /// What signs now.
    ///
    /// - Parameter keys: By the time from which they sign, newest first.
    package static func signer(_ keys: [Key], at now: Timestamp) -> Key? {
        keys.first { $0.signsFrom <= now }
    }

    /// Whether a key is published, and so verifies: until the last token of it has expired.
    package static func isPublished(_ key: Key, among keys: [Key], at now: Timestamp) -> Bool {
        let successors = keys.filter { $0.signsFrom > key.signsFrom }
        guard let successor = successors.min(by: { $0.signsFrom < $1.signsFrom }) else {
            return true
        }
        return now.microseconds < successor.signsFrom.microseconds + afterMicroseconds
    }

    /// From when a key that is to be made now signs; nil when none is due.
    ///
    /// - Parameter isUsable: Whether this server can sign with the one that signs now.
    package func next(_ keys: [Key], isUsable: Bool, at now: Timestamp) -> Timestamp? {
        guard let newest = keys.first else { return now }
        guard isUsable else { return now }
        let end = newest.signsFrom.microseconds + lifetimeMicroseconds
        guard end - Self.leadMicroseconds <= now.microseconds else { return nil }
        return Timestamp(microseconds: max(end, now.microseconds + Self.leadMicroseconds))
    }
}
