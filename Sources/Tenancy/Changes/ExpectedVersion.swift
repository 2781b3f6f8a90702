/// The version of something that a caller has seen, so that a change which the caller has not seen
/// is never overwritten.
package enum ExpectedVersion: Sendable, Hashable {
    /// Whatever is there.
    case any
    /// Exactly this one.
    case exactly(Int64)

    /// Reads a request's field, of which 0 means any.
    package init?(_ value: Int64, violations: inout FieldViolations) {
        guard value >= 0 else {
            violations.add("expected_version", "must not be negative")
            return nil
        }
        self = value == 0 ? .any : .exactly(value)
    }

    /// - Throws: `versionMismatch`.
    package func check(_ present: Int64) throws(DomainError) {
        guard case .exactly(let expected) = self, expected != present else { return }
        throw .versionMismatch
    }
}
