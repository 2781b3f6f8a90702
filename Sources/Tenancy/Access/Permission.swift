/// What a role, a user or a key may be allowed, by the names that the interface uses. Permissions
/// that begin with "view" change nothing.
package enum Permission: String, Sendable, Hashable, CaseIterable, Comparable {
    case viewTenant = "view_tenant"
    case manageTenant = "manage_tenant"
    case viewUsers = "view_users"
    case manageUsers = "manage_users"
    case viewSubscription = "view_subscription"
    case manageSubscription = "manage_subscription"
    case viewUsage = "view_usage"
    case consume = "consume"
    case viewAPIKeys = "view_api_keys"
    case manageAPIKeys = "manage_api_keys"
    case viewConfiguration = "view_config"
    /// To see values that are kept encrypted.
    case viewSensitiveConfiguration = "view_sensitive_config"
    case manageConfiguration = "manage_config"
    case viewAnalytics = "view_analytics"
    case viewActivity = "view_activity"
    case verifyAudit = "verify_audit"
    case exportTenant = "export_tenant"

    package static func < (left: Permission, right: Permission) -> Bool {
        left.rawValue < right.rawValue
    }

    package static let countMax = 64

    /// The permissions that a request names.
    ///
    /// A name that is not in the catalog, or too many names, is a violation of `field`.
    package static func set(
        named names: [String], field: String, violations: inout FieldViolations
    ) -> Set<Permission> {
        violations.require(names.count <= countMax, field, "must be at most \(countMax)")
        var permissions: Set<Permission> = []
        for name in names.prefix(countMax) {
            guard let permission = Permission(rawValue: name) else {
                violations.add(field, "must hold permissions of the catalog only")
                break
            }
            permissions.insert(permission)
        }
        return permissions
    }
}
