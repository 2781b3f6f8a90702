/// Whether a user or an API key of a tenant may do something.
package struct AccessQuestion: Sendable, Hashable {
    package static let batchMax = 100
    package static let featureRule = "must be 1 to 64 letters, digits and _ - ."

    package enum Subject: Sendable, Hashable {
        case user(UserID)
        case apiKey(Int64, from: IPAddress?)
    }

    package let subject: Subject
    package let permission: Permission
    /// A flag that the tenant must have among its features; nil for none.
    package let feature: String?

    /// - Parameter userID: empty for none; one of it and `keyID` is given.
    /// - Parameter keyID: 0 for none.
    /// - Parameter feature: empty for none, as is `address`.
    package init?(
        userID: String, keyID: Int64, permission: String, feature: String, address: String,
        violations: inout FieldViolations
    ) {
        let known = Permission(rawValue: permission)
        violations.require(known != nil, "permission", "must be one of the catalog")
        violations.require(
            feature.isEmpty || Self.isFeature(feature), "feature", Self.featureRule)
        let source = IPAddress(address)
        violations.require(
            address.isEmpty || source != nil, "source_address",
            "must be an IPv4 or IPv6 address")
        var subject: Subject?
        if userID.isEmpty == (keyID == 0) {
            violations.add("user_id", "or key_id must be given, and not both")
        } else if keyID != 0 {
            violations.require(keyID > 0, "key_id", "must be positive")
            subject = .apiKey(keyID, from: source)
        } else {
            let user = UserID(userID)
            violations.require(user != nil, "user_id", UserID.rule)
            subject = user.map { .user($0) }
        }
        guard violations.all.isEmpty, let known, let subject else { return nil }
        self.subject = subject
        self.permission = known
        self.feature = feature.isEmpty ? nil : feature
    }

    private static func isFeature(_ text: String) -> Bool {
        1...64 ~= text.utf8.count
            && text.utf8.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || "_-.".utf8.contains($0)
            }
    }
}
