/// One page of the list of tenants.
///
/// Without a query it is in the order of their numbers, which inserts do not disturb. With one, the
/// tenants whose code begins with it come first, in the order of their codes, then the others whose
/// name does, in the order of their names: an order in which an index finds beginnings.
package struct TenantListRequest: Sendable, Hashable {
    package static let queryLengthMax = 200

    /// Where a page begins.
    package enum Position: Sendable, Hashable {
        /// After the tenant with this number.
        case id(Int64)
        /// Among those whose code begins with the query, after this code.
        case code(String)
        /// Among those whose name does, after the tenant with this number, whose name is in the
        /// order of this text.
        case name(String, id: Int64)
    }

    package let pageSize: PageSize
    package let start: Position
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
        var start = query.isEmpty ? Position.id(0) : .code("")
        if !pageToken.isEmpty {
            let filter = Self.filter(status: status, type: type, query: query)
            if let token = PageToken(pageToken, filter: filter),
                let position = Position(token, isQuery: !query.isEmpty)
            {
                start = position
            } else {
                violations.add("page_token", "must be one that was answered for the same filters")
            }
        }
        self.start = start
        try violations.check()
        guard let size else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        self.pageSize = size
    }

    /// The token of the page after this one.
    package func nextPageToken(after position: Position) -> String {
        position.token.encoded(
            filter: Self.filter(status: status, type: type, query: query ?? ""))
    }

    private static func filter(status: TenantStatus?, type: TenantType?, query: String) -> String {
        "tenants\u{0}\(status?.rawValue ?? "")\u{0}\(type?.rawValue ?? "")\u{0}\(query)"
    }
}

extension TenantListRequest.Position {
    fileprivate var token: PageToken {
        switch self {
        case .id(let id): PageToken(afterID: id)
        case .code(let code): PageToken(afterText: "c\(code)")
        case .name(let name, let id): PageToken(afterText: "n\(id):\(name)")
        }
    }

    fileprivate init?(_ token: PageToken, isQuery: Bool) {
        guard isQuery else {
            guard let id = token.afterID else { return nil }
            self = .id(id)
            return
        }
        guard let text = token.afterText else { return nil }
        switch text.utf8.first {
        case UInt8(ascii: "c"): self = .code(String(decoding: text.utf8.dropFirst(), as: UTF8.self))
        case UInt8(ascii: "n"):
            // By bytes: a name may begin with a mark that joins the colon into one character.
            let parts = text.utf8.dropFirst().split(
                separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false
            ).map { String(decoding: $0, as: UTF8.self) }
            guard parts.count == 2, let id = Int64(parts[0]) else { return nil }
            self = .name(parts[1], id: id)
        default: return nil
        }
    }
}
