internal import OpenSSL
internal import Tenancy
@testable internal import TenancyServer
internal import Testing

@Suite struct TenantSealerTests {
    static func sealer(_ tenant: Int64, _ key: UInt8 = 1) throws -> TenantSealer {
        TenantSealer(
            tenant: try #require(TenantID(tenant)),
            dataKey: SecretBytes(copying: [UInt8](repeating: key, count: 32)))
    }

    @Test("A secret opens where it was sealed, and nowhere else")
    func bound() throws {
        let secret = Array("smtp-password".utf8)
        let sealer = try Self.sealer(12)
        let sealed = try sealer.seal(secret, for: .configuration, name: "smtp")
        #expect(try sealer.open(sealed, for: .configuration, name: "smtp") == secret)
        #expect(throws: DomainError.self) {
            try sealer.open(sealed, for: .configuration, name: "smtp2")
        }
        #expect(throws: DomainError.self) { try sealer.open(sealed, for: .answer, name: "smtp") }
        #expect(throws: DomainError.self) {
            try Self.sealer(1).open(sealed, for: .configuration, name: "smtp")
        }
        #expect(throws: DomainError.self) {
            try Self.sealer(12, 2).open(sealed, for: .configuration, name: "smtp")
        }
    }

    @Test("Every byte of a sealed secret counts")
    func damaged() throws {
        let sealer = try Self.sealer(1)
        let sealed = try sealer.seal([1, 2, 3], for: .answer, name: "key")
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            #expect(throws: DomainError.self) {
                try sealer.open(damaged, for: .answer, name: "key")
            }
        }
        for count in sealed.indices {
            #expect(throws: DomainError.self) {
                try sealer.open(Array(sealed.prefix(count)), for: .answer, name: "key")
            }
        }
    }

    @Test("The parts of what a secret is bound to cannot run into each other")
    func parts() throws {
        let one = try #require(TenantID(1))
        let twelve = try #require(TenantID(12))
        #expect(
            AssociatedData.of("a", tenant: one, name: "23")
                != AssociatedData.of("a", tenant: twelve, name: "3"))
        #expect(
            AssociatedData.of("a", tenant: one, name: "b")
                != AssociatedData.of("a1", tenant: one, name: "b"))
    }

    @Test("A keyed hash is the same for one tenant and another for the next")
    func keyedHash() throws {
        let hash: [UInt8] = [1, 2, 3]
        #expect(try Self.sealer(1).keyedHash(hash) == Self.sealer(1).keyedHash(hash))
        #expect(try Self.sealer(1).keyedHash(hash) != Self.sealer(2).keyedHash(hash))
        #expect(try Self.sealer(1).keyedHash(hash) != Self.sealer(1, 2).keyedHash(hash))
    }

    @Test("The cache of data keys has a bound, and keeps what is in use")
    func cache() throws {
        var cache = DataKeyCache(entriesMax: 10)
        let first = try #require(TenantID(1))
        for number in 1...1000 {
            let tenant = try #require(TenantID(Int64(number)))
            cache.insert(SecretBytes(copying: [1]), of: tenant)
            #expect(cache.key(of: first) != nil)
            #expect(cache.count <= 12)
        }
        #expect(cache.key(of: try #require(TenantID(2))) == nil)
    }
}
