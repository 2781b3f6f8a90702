/// The fields that an update is about.
package struct UpdateMask: Sendable, Hashable {
    private let paths: Set<String>

    /// - Parameter fields: those that can be updated.
    package init(_ paths: [String], of fields: Set<String>, violations: inout FieldViolations) {
        self.paths = Set(paths)
        violations.require(!paths.isEmpty, "update_mask", "must name at least one field")
        violations.require(
            self.paths.isSubset(of: fields), "update_mask",
            "must name only \(fields.sorted().joined(separator: ", "))")
    }

    package func names(_ field: String) -> Bool { paths.contains(field) }
}

/// What becomes of one field in an update.
package enum FieldUpdate<Value: Sendable & Hashable>: Sendable, Hashable {
    case keep
    case set(Value)

    package func value(after present: Value) -> Value {
        switch self {
        case .keep: return present
        case .set(let value): return value
        }
    }
}
