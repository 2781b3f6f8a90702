/// One field of a request and the rule it broke.
package struct FieldViolation: Sendable, Hashable {
    /// The field's name in the interface, in snake_case.
    package let field: String
    /// The rule, so that it reads after the field's name: "must be ...".
    package let rule: String

    package init(field: String, rule: String) {
        self.field = field
        self.rule = rule
    }
}
