/// One page of the keys of a tenant, in the order of their numbers, which inserts do not disturb.
package struct APIKeyListRequest: Sendable, Hashable {
    package let pageSize: PageSize
    package let afterID: Int64
    package let status: APIKeyStatus?
    private let filter: String

    /// - Parameter pageSize: 0 for the default.
    /// - Parameter pageToken: empty for the first page.
    package init?(
        pageSize: Int32, pageToken: String, status: APIKeyStatus?,
        violations: inout FieldViolations
    ) {
        let size = PageSize(pageSize)
        violations.require(size != nil, "page_size", "must not be negative")
        filter = "api_keys\u{0}\(status?.rawValue ?? "")"
        let position = pageToken.isEmpty ? nil : PageToken(pageToken, filter: filter)?.afterID
        violations.require(
            pageToken.isEmpty || position != nil, "page_token",
            "must be one that was answered for the same filters")
        guard let size else { return nil }
        self.pageSize = size
        self.afterID = position ?? 0
        self.status = status
    }

    /// The token of the page after this one.
    package func nextPageToken(after id: Int64) -> String {
        PageToken(afterID: id).encoded(filter: filter)
    }
}

/// A page of the list of a tenant's keys.
package struct APIKeyPage: Sendable, Hashable {
    package let keys: [APIKey]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(keys: [APIKey], nextPageToken: String) {
        self.keys = keys
        self.nextPageToken = nextPageToken
    }
}
