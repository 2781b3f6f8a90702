/// What a setting is for, and so which rules its value follows. The raw values are the database's.
package enum SettingType: String, Sendable, Hashable, CaseIterable {
    case branding, feature, integration, security, billing

    package static let rule = "must be branding, feature, integration, security or billing"

    /// Adds every rule of this type that the value breaks.
    package func check(_ value: SettingValue, violations: inout FieldViolations) {
        let node = value.node
        switch self {
        case .branding:
            guard let members = node.members else {
                return violations.add("config_value", Self.objectRule)
            }
            BrandingRules.check(members, violations: &violations)
        case .feature:
            violations.require(
                node.isBool || node.members?.allSatisfy(\.value.isBool) == true, "config_value",
                "must be a boolean, or an object of booleans")
        case .integration:
            guard node.members != nil else {
                return violations.add("config_value", Self.objectRule)
            }
            violations.require(
                Self.hasSoundAddresses(node), "config_value",
                "must have an https URL in every member whose name ends in _endpoint or _url")
        case .security, .billing:
            violations.require(node.members != nil, "config_value", Self.objectRule)
        }
    }

    private static let objectRule = "must be an object"

    /// The depth is that of the value, which is capped.
    private static func hasSoundAddresses(_ node: JSONNode) -> Bool {
        switch node {
        case .object(let members):
            return members.allSatisfy { member in
                let isAddress = member.name.hasSuffix("_endpoint") || member.name.hasSuffix("_url")
                return isAddress
                    ? member.value.text.map(Syntax.isHTTPSURL) == true
                    : hasSoundAddresses(member.value)
            }
        case .array(let elements): return elements.allSatisfy(hasSoundAddresses)
        case .string, .bool, .number, .null: return true
        }
    }
}
