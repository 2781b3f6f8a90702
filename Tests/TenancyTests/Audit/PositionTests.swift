internal import Tenancy
internal import Testing

@Suite("A position as text") struct PositionTests {
    private static let hash = [UInt8](0..<32)

    @Test("comes back as it was, for the same use only")
    func roundTrip() {
        let position = ChainPosition(
            sequence: 7, createdAt: Timestamp(microseconds: -1), rowHash: Self.hash)
        let token = position.token(for: "one")
        #expect(ChainPosition(token: token, for: "one") == position)
        #expect(ChainPosition(token: token, for: "two") == nil)
    }

    @Test("is refused when it is damaged or of another form")
    func damaged() {
        let token = PositionToken([1, 2, 3]).encoded(for: "u")
        for index in token.indices {
            var text = token
            text.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            #expect(PositionToken(text, for: "u") == nil)
        }
        for text in ["", "x", String(repeating: "A", count: 500), String(token.dropLast())] {
            #expect(PositionToken(text, for: "u") == nil)
        }
        #expect(ChainPosition(token: PositionToken([1]).encoded(for: "u"), for: "u") == nil)
        #expect(ChainPosition(token: PositionToken([-1, 0, 0]).encoded(for: "u"), for: "u") == nil)
    }

    @Test("is bound to every part of a filter")
    func filters() throws {
        var violations = FieldViolations()
        let filters = [
            ActivityFilter(violations: &violations),
            ActivityFilter(actions: ["login"], violations: &violations),
            ActivityFilter(actions: ["login", "logout"], violations: &violations),
            ActivityFilter(actor: "login", violations: &violations),
            ActivityFilter(entityType: "login", violations: &violations),
            ActivityFilter(entityType: "a", entityID: "b", violations: &violations),
            ActivityFilter(start: Timestamp(microseconds: 1), violations: &violations),
            ActivityFilter(end: Timestamp(microseconds: 1), violations: &violations),
        ]
        let last = Activity(
            sequence: 3, createdAt: Timestamp(microseconds: 5), actor: "a", action: "login",
            entityType: "user", entityID: "u", details: .empty, ipAddress: nil, userAgent: nil,
            previousHash: Self.hash, rowHash: Self.hash)
        for (index, filter) in filters.enumerated() {
            let list = try #require(
                ActivityListRequest(
                    pageSize: 0, pageToken: "", filter: filter, violations: &violations))
            let token = list.nextPageToken(after: last)
            for (other, filter) in filters.enumerated() {
                var violations = FieldViolations()
                let next = ActivityListRequest(
                    pageSize: 0, pageToken: token, filter: filter, violations: &violations)
                #expect(violations.all.isEmpty == (index == other), "\(index), \(other)")
                if index == other { #expect(next?.before == last.position) }
            }
        }
        #expect(violations.all.isEmpty)
    }
}
