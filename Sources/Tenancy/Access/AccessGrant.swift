/// A grant, as it is stored.
package struct AccessGrant: Sendable, Hashable {
    package let userID: UserID
    package let object: GrantObject
    package let expiresAt: Timestamp?
    package let reason: String
    /// Who gave it, as the activity log names them.
    package let grantedBy: String
    package let grantedAt: Timestamp

    package init(
        userID: UserID, object: GrantObject, expiresAt: Timestamp?, reason: String,
        grantedBy: String, grantedAt: Timestamp
    ) {
        self.userID = userID
        self.object = object
        self.expiresAt = expiresAt
        self.reason = reason
        self.grantedBy = grantedBy
        self.grantedAt = grantedAt
    }
}

/// What is granted.
package enum GrantObject: Sendable, Hashable {
    case role(RoleName)
    case permission(Permission)

    /// Reads the two fields of a request, of which exactly one is given.
    package init?(role: String, permission: String, violations: inout FieldViolations) {
        guard role.isEmpty != permission.isEmpty else {
            violations.add("role_name", "or permission must be given, and not both")
            return nil
        }
        if permission.isEmpty {
            let name = RoleName(role)
            violations.require(name != nil, "role_name", RoleName.rule)
            guard let name else { return nil }
            self = .role(name)
        } else {
            let known = Permission(rawValue: permission)
            violations.require(known != nil, "permission", "must be one of the catalog")
            guard let known else { return nil }
            self = .permission(known)
        }
    }

    /// As the database has it.
    package init?(kind: String, name: String) {
        switch kind {
        case "role":
            guard let role = RoleName(name) else { return nil }
            self = .role(role)
        case "permission":
            guard let permission = Permission(rawValue: name) else { return nil }
            self = .permission(permission)
        default: return nil
        }
    }

    package var kind: String {
        switch self {
        case .role: "role"
        case .permission: "permission"
        }
    }

    package var name: String {
        switch self {
        case .role(let role): role.text
        case .permission(let permission): permission.rawValue
        }
    }
}

/// A grant that is to be made.
package struct NewGrant: Sendable, Hashable {
    /// How many grants a member may have.
    package static let countMax: Int64 = 64
    package static let reasonLengthMax = 500

    package let userID: UserID
    package let object: GrantObject
    /// Nil when never. That it is in the future is for the database's clock to say.
    package let expiresAt: Timestamp?
    package let reason: String

    package init?(
        userID: String, role: String, permission: String, expiresAt: Timestamp?, reason: String,
        violations: inout FieldViolations
    ) {
        let id = UserID(userID)
        violations.require(id != nil, "user_id", UserID.rule)
        let object = GrantObject(role: role, permission: permission, violations: &violations)
        violations.require(
            NewAPIKey.isExpiry(expiresAt), "expires_at", NewAPIKey.expiryRule)
        violations.require(
            reason.isEmpty || Syntax.isText(reason, lengthMax: Self.reasonLengthMax), "reason",
            "must be at most \(Self.reasonLengthMax) characters without control characters")
        guard violations.all.isEmpty, let id, let object else { return nil }
        self.userID = id
        self.object = object
        self.expiresAt = expiresAt
        self.reason = reason
    }
}

/// A grant that is to be taken back.
package struct GrantRemoval: Sendable, Hashable {
    package let userID: UserID
    package let object: GrantObject

    package init?(
        userID: String, role: String, permission: String, violations: inout FieldViolations
    ) {
        let id = UserID(userID)
        violations.require(id != nil, "user_id", UserID.rule)
        let object = GrantObject(role: role, permission: permission, violations: &violations)
        guard let id, let object else { return nil }
        self.userID = id
        self.object = object
    }
}

/// One page of the grants of a tenant, by user, then by what was granted, which inserts do not
/// disturb.
package struct GrantListRequest: Sendable, Hashable {
    /// The grant after which the page begins.
    package struct Position: Sendable, Hashable {
        package let user: String
        package let kind: String
        package let name: String

        package init(user: String, kind: String, name: String) {
            self.user = user
            self.kind = kind
            self.name = name
        }
    }

    package let pageSize: PageSize
    /// Nil for the first page.
    package let after: Position?
    package let user: UserID?
    private let filter: String

    /// - Parameter userID: empty for all users.
    package init?(
        userID: String, pageSize: Int32, pageToken: String, violations: inout FieldViolations
    ) {
        let size = PageSize(pageSize)
        violations.require(size != nil, "page_size", "must not be negative")
        user = UserID(userID)
        violations.require(userID.isEmpty || user != nil, "user_id", UserID.rule)
        filter = "grants\u{0}\(userID)"
        let token = pageToken.isEmpty ? nil : PageToken(pageToken, filter: filter)?.afterText
        let parts = token?.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        after = parts.flatMap {
            $0.count == 3 ? Position(user: $0[0], kind: $0[1], name: $0[2]) : nil
        }
        violations.require(
            pageToken.isEmpty || after != nil, "page_token",
            "must be one that was answered for the same filters")
        guard let size else { return nil }
        self.pageSize = size
    }

    /// The token of the page after this one. None of the parts can hold a space.
    package func nextPageToken(after grant: AccessGrant) -> String {
        PageToken(afterText: "\(grant.userID.text) \(grant.object.kind) \(grant.object.name)")
            .encoded(filter: filter)
    }
}

/// A page of the list of a tenant's grants.
package struct GrantPage: Sendable, Hashable {
    package let grants: [AccessGrant]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(grants: [AccessGrant], nextPageToken: String) {
        self.grants = grants
        self.nextPageToken = nextPageToken
    }
}
