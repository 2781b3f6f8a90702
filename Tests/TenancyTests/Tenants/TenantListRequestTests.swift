internal import Tenancy
internal import Testing

@Suite struct TenantListRequestTests {
    @Test("A token leads to the next page of the same list")
    func token() throws {
        let first = try TenantListRequest(status: .active, query: "ax")
        let token = first.nextPageToken(after: try #require(TenantID(7)))
        let next = try TenantListRequest(pageToken: token, status: .active, query: "ax")
        #expect(first.afterID == 0 && next.afterID == 7)
    }

    @Test("A token of other filters is refused")
    func otherFilters() throws {
        let list = try TenantListRequest(status: .active)
        let token = list.nextPageToken(after: try #require(TenantID(7)))
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
        let token = Array(list.nextPageToken(after: try #require(TenantID(7))).utf8)
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
