internal import Tenancy
@testable internal import TenancyStore
internal import Testing

@Suite struct TenantCodeCacheTests {
    @Test("It never holds more than it may, and keeps what is in use")
    func bounded() throws {
        var cache = TenantCodeCache(entriesMax: 100)
        let hot = try #require(TenantCode("hot"))
        cache.insert(try #require(TenantID(1)), of: hot)
        for index in 2..<10_000 {
            let id = try #require(TenantID(Int64(index)))
            cache.insert(id, of: try #require(TenantCode("tenant-\(index)")))
            #expect(cache.count <= 100)
            #expect(cache.id(of: hot) == TenantID(1))
        }
        #expect(cache.id(of: try #require(TenantCode("tenant-2"))) == nil)
    }
}
