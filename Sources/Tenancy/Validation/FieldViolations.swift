/// Collects every violation of a request, so that a caller can mend all of them at once.
package struct FieldViolations: Sendable {
    package private(set) var all: [FieldViolation] = []

    package init() {}

    package mutating func add(_ field: String, _ rule: String) {
        all.append(FieldViolation(field: field, rule: rule))
    }

    package mutating func require(_ holds: Bool, _ field: String, _ rule: String) {
        if !holds { add(field, rule) }
    }

    /// - Throws: `invalidArgument` with every violation, when there is one.
    package func check() throws(DomainError) {
        if !all.isEmpty { throw .invalidArgument(all) }
    }

    /// What was read of a request, once nothing of it breaks a rule.
    ///
    /// - Throws: `invalidArgument` with every violation, when there is one.
    package func checked<First, Second>(
        _ first: First?, _ second: Second?
    ) throws(DomainError) -> (First, Second) {
        try check()
        guard let first, let second else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        return (first, second)
    }
}
