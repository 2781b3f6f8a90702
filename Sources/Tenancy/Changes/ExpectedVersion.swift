/// The version of something that a caller has seen, so that a change which the caller has not seen
/// is never overwritten.
package enum ExpectedVersion: Sendable, Hashable {
    /// Whatever is there.
    case any
    /// Exactly this one.
    case exactly(Int64)
    /// None: it must not be there yet.
    case absent

    /// Reads a request's field, of which 0 means any.
    package init?(_ value: Int64, violations: inout FieldViolations) {
        guard value >= 0 else {
            violations.add("expected_version", "must not be negative")
            return nil
        }
        self = value == 0 ? .any : .exactly(value)
    }

    /// Reads the field of a request that may make what is not there, of which 0 means any and -1
    /// that there is none.
    package init?(orAbsent value: Int64, violations: inout FieldViolations) {
        switch value {
        case -1: self = .absent
        case 0: self = .any
        case 1...: self = .exactly(value)
        default:
            violations.add("expected_version", "must not be below -1")
            return nil
        }
    }

    /// - Parameter present: Nil when it is not there.
    /// - Throws: `versionMismatch`.
    package func check(_ present: Int64?) throws(DomainError) {
        switch self {
        case .any: return
        case .exactly(let expected): guard expected == present else { throw .versionMismatch }
        case .absent: guard present == nil else { throw .versionMismatch }
        }
    }
}
