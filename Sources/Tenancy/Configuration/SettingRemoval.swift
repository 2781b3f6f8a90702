/// Which setting is to be removed.
package struct SettingRemoval: Sendable, Hashable {
    package let key: SettingKey
    package let expectedVersion: ExpectedVersion

    package init?(
        key: String, expectedVersion: Int64, violations: inout FieldViolations
    ) {
        let checkedKey = SettingKey(key)
        violations.require(checkedKey != nil, "config_key", SettingKey.rule)
        let expected = ExpectedVersion(expectedVersion, violations: &violations)
        guard let checkedKey, let expected else { return nil }
        self.key = checkedKey
        self.expectedVersion = expected
    }
}
