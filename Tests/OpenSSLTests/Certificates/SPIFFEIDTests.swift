internal import Testing

@testable internal import OpenSSL

@Suite("SPIFFE IDs follow the standard to the letter")
struct SPIFFEIDTests {
    @Test(
        "valid",
        arguments: [
            ("spiffe://bfc.test/service/tenancy", "bfc.test", "/service/tenancy"),
            ("spiffe://bfc.test", "bfc.test", ""),
            ("spiffe://a", "a", ""),
            ("spiffe://my_trust-domain.1/A.b-c_D/9", "my_trust-domain.1", "/A.b-c_D/9"),
            ("spiffe://bfc.test/...", "bfc.test", "/..."),
        ])
    func valid(text: String, trustDomain: String, path: String) throws {
        let id = try SPIFFEID(text)
        #expect(id.trustDomain == trustDomain)
        #expect(id.path == path)
        #expect(id.description == text)
    }

    @Test(
        "refused, with the rule",
        arguments: [
            ("", .scheme),
            ("spiffe:/bfc.test", .scheme),
            ("SPIFFE://bfc.test/a", .scheme),
            ("http://bfc.test/a", .scheme),
            ("spiffe://", .trustDomainPresent),
            ("spiffe:///a", .trustDomainPresent),
            ("spiffe://BFC.test/a", .trustDomainCharacters),
            ("spiffe://bfc test/a", .trustDomainCharacters),
            ("spiffe://b%66c.test/a", .trustDomainCharacters),
            ("spiffe://bänk.test/a", .trustDomainCharacters),
            ("spiffe://bfc\0.test/a", .trustDomainCharacters),
            ("spiffe://bfc.test:8443/a", .noPort),
            ("spiffe://user@bfc.test/a", .noUserInformation),
            ("spiffe://user:secret@bfc.test/a", .noUserInformation),
            ("spiffe://bfc.test/a?b", .noQuery),
            ("spiffe://bfc.test?b", .noQuery),
            ("spiffe://bfc.test/a#b", .noFragment),
            ("spiffe://bfc.test/", .noEmptySegment),
            ("spiffe://bfc.test/a/", .noEmptySegment),
            ("spiffe://bfc.test//a", .noEmptySegment),
            ("spiffe://bfc.test/a//b", .noEmptySegment),
            ("spiffe://bfc.test/.", .noDotSegment),
            ("spiffe://bfc.test/a/../b", .noDotSegment),
            ("spiffe://bfc.test/a%2Fb", .pathCharacters),
            ("spiffe://bfc.test/a b", .pathCharacters),
            ("spiffe://bfc.test/a\0", .pathCharacters),
            ("spiffe://bfc.test/ä", .pathCharacters),
        ] as [(String, SPIFFEError.Rule)])
    func refused(text: String, rule: SPIFFEError.Rule) {
        let error = #expect(throws: SPIFFEError.self) { try SPIFFEID(text) }
        #expect(error?.rule == rule)
    }

    @Test("lengths are bounded, and met exactly")
    func lengths() throws {
        let domain = String(repeating: "a", count: 255)
        #expect(try SPIFFEID("spiffe://\(domain)").trustDomain == domain)
        #expect(throws: SPIFFEError(.trustDomainLength)) { try SPIFFEID("spiffe://\(domain)a") }
        let whole = "spiffe://a/" + String(repeating: "b", count: 2048 - 11)
        #expect(try SPIFFEID(whole).description.utf8.count == 2048)
        #expect(throws: SPIFFEError(.length)) { try SPIFFEID(whole + "b") }
    }
}
