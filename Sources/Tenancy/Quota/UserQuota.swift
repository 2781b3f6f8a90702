/// A member's share of a resource: a limit of their own below the tenant's.
package struct UserQuota: Sendable, Hashable {
    package let user: UserID
    /// Where it stands; what servers hold for the member counts as left.
    package let level: QuotaLevel

    package init(user: UserID, level: QuotaLevel) {
        self.user = user
        self.level = level
    }

    /// The answer to a question about an amount, as far as the share decides it.
    package func answer(_ amount: UInt64, at now: Timestamp) -> QuotaAnswer {
        var answer = level.answer(amount, at: now)
        if !answer.allowed { answer.refusingUser = user }
        return answer
    }
}

extension QuotaLevel {
    /// The answer to a question about an amount of the tenant's, and of a member's share of it.
    package func answer(_ amount: UInt64, and share: UserQuota?, at now: Timestamp) -> QuotaAnswer {
        let answer = answer(amount, at: now)
        guard answer.allowed, let ofShare = share?.answer(amount, at: now), !ofShare.allowed
        else { return answer }
        return ofShare
    }
}

/// What a member's share is to be.
package struct UserQuotaChange: Sendable, Hashable {
    package static let resourceRule = "must be api_calls, storage or transactions"

    package let user: UserID
    package let resource: Resource
    /// Nil for no share.
    package let max: Int64?
    package let expectedVersion: ExpectedVersion

    /// - Parameter resource: nil when it was not given or is not known.
    package init?(
        userID: String, resource: Resource?, max: UInt64, isRemoval: Bool,
        expectedVersion: Int64, violations: inout FieldViolations
    ) {
        let user = UserID(userID)
        violations.require(user != nil, "user_id", UserID.rule)
        violations.require(
            resource?.hasShares ?? false, "resource", Self.resourceRule)
        violations.require(
            max <= QuotaAmount.unitsMax, "max", "must be at most 9223372036854775807")
        violations.require(!isRemoval || max == 0, "max", "must be 0 with remove")
        let version = ExpectedVersion(expectedVersion, violations: &violations)
        guard let user, let resource, let version, violations.all.isEmpty else { return nil }
        self.user = user
        self.resource = resource
        self.max = isRemoval ? nil : Int64(max)
        self.expectedVersion = version
    }
}

/// One page of the shares of a tenant's members, by user and resource.
package struct UserQuotaListRequest: Sendable, Hashable {
    /// The share after which the page begins.
    package struct Position: Sendable, Hashable {
        package let user: String
        package let resource: String
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
        user = UserID(orNone: userID, violations: &violations)
        filter = "user_quotas\u{0}\(userID)"
        let token = pageToken.isEmpty ? nil : PageToken(pageToken, filter: filter)?.afterText
        let parts = token?.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        after = parts.flatMap {
            $0.count == 2 ? Position(user: $0[0], resource: $0[1]) : nil
        }
        violations.require(
            pageToken.isEmpty || after != nil, "page_token",
            "must be one that was answered for the same filters")
        guard let size else { return nil }
        self.pageSize = size
    }

    /// The token of the page after this one. Neither part can hold a space.
    package func nextPageToken(after quota: UserQuota) -> String {
        PageToken(afterText: "\(quota.user.text) \(quota.level.status.resource.rawValue)")
            .encoded(filter: filter)
    }
}

package struct UserQuotaPage: Sendable, Hashable {
    package let quotas: [UserQuota]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(quotas: [UserQuota], nextPageToken: String) {
        self.quotas = quotas
        self.nextPageToken = nextPageToken
    }
}
