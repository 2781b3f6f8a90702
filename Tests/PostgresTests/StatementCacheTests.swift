internal import Testing

@testable internal import Postgres

@Suite("Statement cache, as a structure")
struct StatementCacheTests {
    @Test("a statement is prepared once, and the least recently used one makes room")
    func leastRecentlyUsed() throws {
        var cache = StatementCache(countMax: 2)
        #expect(cache.use("a") == .init(name: "s1", mustPrepare: true, evicted: []))
        #expect(cache.use("b") == .init(name: "s2", mustPrepare: true, evicted: []))
        #expect(cache.use("a") == .init(name: "s1", mustPrepare: false, evicted: []))
        #expect(cache.use("c") == .init(name: "s4", mustPrepare: true, evicted: ["s2"]))
        #expect(cache.use("a")?.mustPrepare == false)
        #expect(cache.use("b") == .init(name: "s6", mustPrepare: true, evicted: ["s4"]))
    }

    @Test("the same text with values of other types is not the same statement")
    func types() {
        var cache = StatementCache(countMax: 2)
        #expect(cache.use("SELECT \(Int64(1))")?.mustPrepare == true)
        #expect(cache.use("SELECT \(Int64(2))")?.mustPrepare == false)
        #expect(cache.use("SELECT \("x")") == nil)
        #expect(cache.use("SELECT \(Int64(3))")?.mustPrepare == false)
    }

    @Test("what is forgotten is prepared anew, and its old name given up where there is one")
    func forgetting() {
        var cache = StatementCache(countMax: 9)
        _ = cache.use("a")
        _ = cache.use("b")
        cache.forget("a", isKnownToServer: false)
        cache.forget("b", isKnownToServer: true)
        cache.forget("c", isKnownToServer: true)
        #expect(cache.use("a") == .init(name: "s3", mustPrepare: true, evicted: ["s2"]))
    }
}
