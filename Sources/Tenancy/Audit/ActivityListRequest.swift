/// One page of a tenant's activity, the newest first. New rows come before the first page, and so
/// disturb none that follows.
package struct ActivityListRequest: Sendable, Hashable {
    package let pageSize: PageSize
    package let filter: ActivityFilter
    /// The rows before this one; from the newest on when nil.
    package let before: ChainPosition?

    /// Adds every violation; nil only with one.
    package init?(
        pageSize: Int32, pageToken: String, filter: ActivityFilter,
        violations: inout FieldViolations
    ) {
        let size = PageSize(pageSize)
        violations.require(size != nil, "page_size", "must not be negative")
        let before =
            pageToken.isEmpty ? nil : ChainPosition(token: pageToken, for: Self.use(filter))
        violations.require(
            pageToken.isEmpty || before != nil, "page_token",
            "must be one that was answered for the same filters")
        guard let size else { return nil }
        self.pageSize = size
        self.filter = filter
        self.before = before
    }

    /// The token of the page after this one.
    package func nextPageToken(after last: Activity) -> String {
        last.position.token(for: Self.use(filter))
    }

    private static func use(_ filter: ActivityFilter) -> String {
        "activity\u{0}\(filter.text)"
    }
}

package struct ActivityPage: Sendable, Hashable {
    package let activities: [Activity]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(activities: [Activity], nextPageToken: String) {
        self.activities = activities
        self.nextPageToken = nextPageToken
    }
}
