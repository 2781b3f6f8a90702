/// A setting as a request describes it: checked by itself, and not yet against what is there.
package struct SettingDraft: Sendable, Hashable {
    package static let descriptionLengthMax = 500

    package let key: SettingKey
    package let value: SettingValue
    /// Nil when it was not given, which only an existing setting allows.
    package let type: SettingType?
    package let isSensitive: Bool
    package let description: String
    package let expectedVersion: ExpectedVersion

    /// - Parameter type: Nil when it was not given.
    /// - Parameter isTypeUnknown: It was given, and this version does not know it.
    package init?(
        key: String, value: String, type: SettingType?, isTypeUnknown: Bool, isSensitive: Bool,
        description: String, expectedVersion: Int64, violations: inout FieldViolations
    ) {
        let checkedKey = SettingKey(key)
        violations.require(checkedKey != nil, "config_key", SettingKey.rule)
        let checkedValue = SettingValue(value)
        violations.require(checkedValue != nil, "config_value", SettingValue.rule)
        violations.require(!isTypeUnknown, "config_type", SettingType.rule)
        violations.require(
            description.isEmpty
                || Syntax.isText(description, lengthMax: Self.descriptionLengthMax),
            "description", "must be at most 500 characters without control characters")
        let expected = ExpectedVersion(orAbsent: expectedVersion, violations: &violations)
        if let checkedValue { type?.check(checkedValue, violations: &violations) }
        guard let checkedKey, let checkedValue, let expected else { return nil }
        self.key = checkedKey
        self.value = checkedValue
        self.type = type
        self.isSensitive = isSensitive
        self.description = description
        self.expectedVersion = expected
    }

    /// The type and the secrecy that the setting will have over the one that is there.
    ///
    /// - Throws: `versionMismatch`, `invalidArgument` for a type that is missing or another, or a
    ///   value that breaks a rule of the type that was not given.
    package func settled(
        over present: Setting?
    ) throws(DomainError) -> (type: SettingType, isSensitive: Bool) {
        try expectedVersion.check(present?.version)
        guard let settled = type ?? present?.type else {
            throw .invalidArgument(field: "config_type", rule: "must be given for a new setting")
        }
        if let present, settled != present.type {
            throw .invalidArgument(
                field: "config_type", rule: "never changes, and is \(present.type.rawValue)")
        }
        var violations = FieldViolations()
        if type == nil { settled.check(value, violations: &violations) }
        try violations.check()
        // What was a secret once stays one, also for a caller who does not know.
        return (settled, isSensitive || present?.isSensitive == true)
    }
}
