/// A role of a tenant's own.
package struct TenantRole: Sendable, Hashable {
    package let name: RoleName
    package let description: String
    package let permissions: Set<Permission>
    /// Who made it, as the activity log names them.
    package let createdBy: String
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
    package let version: Int64

    package init(
        name: RoleName, description: String, permissions: Set<Permission>, createdBy: String,
        createdAt: Timestamp, updatedAt: Timestamp, version: Int64
    ) {
        self.name = name
        self.description = description
        self.permissions = permissions
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What a tenant calls one of its roles.
package struct RoleName: Sendable, Hashable {
    package static let rule =
        "must be 1 to 63 small letters, digits and _ -, a letter first, and no rank"

    package let text: String

    package init?(_ text: String) {
        let bytes = text.utf8
        guard 1...63 ~= bytes.count, let first = bytes.first, first.isASCIILowercase,
            bytes.allSatisfy({ $0.isASCIILowercase || $0.isASCIIDigit || "_-".utf8.contains($0) }),
            Role(rawValue: text) == nil
        else { return nil }
        self.text = text
    }
}

/// A role that is to be made.
package struct NewRole: Sendable, Hashable {
    /// How many roles a tenant may have.
    package static let countMax: Int64 = 200
    package static let descriptionLengthMax = 500

    package let name: RoleName
    package let description: String
    package let permissions: Set<Permission>

    package init?(
        name: String, description: String, permissions: [String],
        violations: inout FieldViolations
    ) {
        let roleName = RoleName(name)
        violations.require(roleName != nil, "role_name", RoleName.rule)
        let description = Self.description(description, &violations)
        let permissions = Self.permissions(permissions, &violations)
        guard let roleName, let description, let permissions else { return nil }
        self.name = roleName
        self.description = description
        self.permissions = permissions
    }

    static func description(
        _ text: String, _ violations: inout FieldViolations
    ) -> String? {
        guard text.isEmpty || Syntax.isText(text, lengthMax: descriptionLengthMax) else {
            violations.add(
                "description",
                "must be at most \(descriptionLengthMax) characters without control characters")
            return nil
        }
        return text
    }

    static func permissions(
        _ names: [String], _ violations: inout FieldViolations
    ) -> Set<Permission>? {
        guard !names.isEmpty else {
            violations.add("permissions", "must be 1 to \(Permission.countMax)")
            return nil
        }
        return Permission.set(named: names, field: "permissions", violations: &violations)
    }
}

/// What is to change of a role.
package struct RoleUpdate: Sendable, Hashable {
    /// The fields that can be changed, by the interface's names.
    package static let fields: Set<String> = ["description", "permissions"]

    package let name: RoleName
    package let expectedVersion: ExpectedVersion
    package let description: FieldUpdate<String>
    package let permissions: FieldUpdate<Set<Permission>>

    /// - Parameter mask: the fields that the request names; what else it holds is not looked at.
    package init?(
        name: String, mask: [String], description: String, permissions: [String],
        expectedVersion: Int64, violations: inout FieldViolations
    ) {
        let roleName = RoleName(name)
        violations.require(roleName != nil, "role_name", RoleName.rule)
        let mask = UpdateMask(mask, of: Self.fields, violations: &violations)
        self.description =
            mask.names("description")
            ? NewRole.description(description, &violations).map { .set($0) } ?? .keep : .keep
        self.permissions =
            mask.names("permissions")
            ? NewRole.permissions(permissions, &violations).map { .set($0) } ?? .keep : .keep
        let version = ExpectedVersion(expectedVersion, violations: &violations)
        guard let roleName, let version else { return nil }
        self.name = roleName
        self.expectedVersion = version
    }

    /// Whether a caller with these powers may change this role so: who has it gets what is new, and
    /// loses what goes, so both must be the caller's own to give.
    ///
    /// - Throws: `permissionDenied`.
    package func check(_ powers: Powers, on role: TenantRole) throws(DomainError) {
        let after = permissions.value(after: role.permissions)
        try powers.checkGrant(permissions: role.permissions.union(after))
    }
}

/// A role that is to be removed.
package struct RoleRemoval: Sendable, Hashable {
    package let name: RoleName
    package let expectedVersion: ExpectedVersion

    package init?(
        name: String, expectedVersion: Int64, violations: inout FieldViolations
    ) {
        let roleName = RoleName(name)
        violations.require(roleName != nil, "role_name", RoleName.rule)
        let version = ExpectedVersion(expectedVersion, violations: &violations)
        guard let roleName, let version else { return nil }
        self.name = roleName
        self.expectedVersion = version
    }
}
