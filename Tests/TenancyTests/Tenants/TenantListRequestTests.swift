internal import Tenancy
internal import Testing

@Suite struct TenantListRequestTests {
    @Test("A token leads to the next page of the same list")
    func token() throws {
        let first = try TenantListRequest(status: .active)
        let token = first.nextPageToken(after: .id(7))
        let next = try TenantListRequest(pageToken: token, status: .active)
        #expect(first.start == .id(0) && next.start == .id(7))
    }

    /// Codes of every length, and names with every kind of character that could end a part.
    static let positions: [TenantListRequest.Position] = [
        .code(""), .code("axis-securities"), .code(String(repeating: "a", count: 63)),
        .name("", id: 0), .name("axis: securities", id: .max), .name(":", id: 1),
        .name("\u{308}umlaut", id: 1), .name("e\u{301}te\u{301}", id: 1),
        .name(String(repeating: "\u{10FFFF}", count: 64), id: .max),
    ]

    @Test("A token of a query leads on among codes and names", arguments: positions)
    func query(_ position: TenantListRequest.Position) throws {
        let first = try TenantListRequest(query: "ax")
        #expect(first.start == .code(""))
        let token = first.nextPageToken(after: position)
        let next = try TenantListRequest(pageToken: token, query: "ax")
        // Text is compared by its bytes: equal characters may be different positions.
        switch (next.start, position) {
        case (.code(let left), .code(let right)):
            #expect(left.utf8.elementsEqual(right.utf8))
        case (.name(let left, let leftID), .name(let right, let rightID)):
            #expect(left.utf8.elementsEqual(right.utf8) && leftID == rightID)
        default: Issue.record("\(next.start) is not \(position)")
        }
    }

    @Test("A token of a list without a query is none of one with it")
    func otherOrder() throws {
        // The filters are a part of what a token is checked against.
        let token = try TenantListRequest().nextPageToken(after: .id(7))
        #expect(throws: DomainError.self) { try TenantListRequest(pageToken: token, query: "a") }
    }

    @Test("A token of other filters is refused")
    func otherFilters() throws {
        let list = try TenantListRequest(status: .active)
        let token = list.nextPageToken(after: .id(7))
        #expect(throws: DomainError.self) { try TenantListRequest(pageToken: token) }
        #expect(throws: DomainError.self) {
            try TenantListRequest(pageToken: token, status: .active, type: .bank)
        }
        #expect(throws: DomainError.self) {
            try TenantListRequest(pageToken: token, status: .active, query: "x")
        }
    }

    @Test("Every damage of a token is found")
    func damage() throws {
        let list = try TenantListRequest()
        let token = Array(list.nextPageToken(after: .id(7)).utf8)
        for index in token.indices {
            for replacement in "Az0-_=/".utf8 where replacement != token[index] {
                var damaged = token
                damaged[index] = replacement
                let text = String(decoding: damaged, as: UTF8.self)
                #expect(throws: DomainError.self) { try TenantListRequest(pageToken: text) }
            }
        }
        for text in ["x", "AAAA", String(repeating: "A", count: 10_000)] {
            #expect(throws: DomainError.self) { try TenantListRequest(pageToken: text) }
        }
    }

    @Test("A page has a default size and a greatest one")
    func size() throws {
        #expect(try TenantListRequest().pageSize.entries == 50)
        #expect(try TenantListRequest(pageSize: 7).pageSize.entries == 7)
        #expect(try TenantListRequest(pageSize: .max).pageSize.entries == 1_000)
        #expect(throws: DomainError.self) { try TenantListRequest(pageSize: -1) }
    }
}
