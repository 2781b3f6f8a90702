/// One page of the list of tenants, in the order of their numbers, which inserts do not disturb.
package struct TenantListRequest: Sendable, Hashable {
    package static let queryLengthMax = 200

    package let pageSize: PageSize
    package let afterID: Int64
    package let status: TenantStatus?
    package let type: TenantType?
    /// The beginning of a code, or of a name in any case.
    package let query: String?

    /// - Parameter pageSize: 0 for the default.
    /// - Parameter pageToken: empty for the first page.
    /// - Parameter query: empty for none.
    /// - Throws: `invalidArgument` with every violation.
    package init(
        pageSize: Int32 = 0, pageToken: String = "", status: TenantStatus? = nil,
        type: TenantType? = nil, query: String = ""
    ) throws(DomainError) {
        var violations = FieldViolations()
        let size = PageSize(pageSize)
        violations.require(size != nil, "page_size", "must not be negative")
        violations.require(
            query.isEmpty || Syntax.isText(query, lengthMax: Self.queryLengthMax), "query",
            "must be at most 200 characters without control characters")
        self.status = status
        self.type = type
        self.query = query.isEmpty ? nil : query
        var afterID: Int64 = 0
        if !pageToken.isEmpty {
            let filter = Self.filter(status: status, type: type, query: query)
            if let position = PageToken(pageToken, filter: filter)?.afterID {
                afterID = position
            } else {
                violations.add("page_token", "must be one that was answered for the same filters")
            }
        }
        self.afterID = afterID
        try violations.check()
        guard let size else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        self.pageSize = size
    }

    /// The token of the page after this one.
    package func nextPageToken(after id: TenantID) -> String {
        PageToken(afterID: id.rawValue).encoded(
            filter: Self.filter(status: status, type: type, query: query ?? ""))
    }

    private static func filter(status: TenantStatus?, type: TenantType?, query: String) -> String {
        "tenants\u{0}\(status?.rawValue ?? "")\u{0}\(type?.rawValue ?? "")\u{0}\(query)"
    }
}
