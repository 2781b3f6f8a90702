/// One page of the users of a tenant, in the order of their ids, which inserts do not disturb.
package struct UserListRequest: Sendable, Hashable {
    package static let queryLengthMax = 254

    package let pageSize: PageSize
    /// The user after whom the page begins; empty for the first page.
    package let afterID: String
    package let role: Role?
    /// The beginning of an id, or of an e-mail address in any case.
    package let query: String?

    private let filter: String

    /// - Parameter query: empty for none.
    package init?(
        pageSize: Int32, pageToken: String, role: Role?, query: String,
        violations: inout FieldViolations
    ) {
        let size = PageSize(pageSize)
        violations.require(size != nil, "page_size", "must not be negative")
        violations.require(
            query.isEmpty || Syntax.isText(query, lengthMax: Self.queryLengthMax), "query",
            "must be at most \(Self.queryLengthMax) characters without control characters")
        filter = "users\u{0}\(role?.rawValue ?? "")\u{0}\(query)"
        let token = pageToken.isEmpty ? nil : PageToken(pageToken, filter: filter)?.afterText
        violations.require(
            pageToken.isEmpty || token != nil, "page_token",
            "must be one that was answered for the same filters")
        guard let size else { return nil }
        self.pageSize = size
        self.afterID = token ?? ""
        self.role = role
        self.query = query.isEmpty ? nil : query
    }

    /// The token of the page after this one.
    package func nextPageToken(after id: UserID) -> String {
        PageToken(afterText: id.text).encoded(filter: filter)
    }
}
