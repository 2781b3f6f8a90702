internal import Tenancy
internal import Testing

@Suite struct AddressRangeTests {
    static let addresses: [(text: String, isIPv4: Bool, bits: UInt128)] = [
        ("192.0.2.1", true, 0xC000_0201), ("0.0.0.0", true, 0),
        ("255.255.255.255", true, 0xFFFF_FFFF), ("::", false, 0), ("::1", false, 1),
        ("2001:db8::7", false, 0x2001_0DB8 << 96 | 7),
        ("1:2:3:4:5:6:7:8", false, 0x0001_0002_0003_0004_0005_0006_0007_0008),
        ("fe80::", false, 0xFE80 << 112), ("::ffff:192.0.2.1", true, 0xC000_0201),
        ("::ffff:c000:201", true, 0xC000_0201),
        ("64:ff9b::192.0.2.1", false, 0x0064_FF9B << 96 | 0xC000_0201),
    ]

    @Test("An address is a number", arguments: addresses)
    func address(text: String, isIPv4: Bool, bits: UInt128) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isIPv4 == isIPv4 && address.bits == bits)
    }

    static let inside: [(range: String, address: String, isInside: Bool)] = [
        ("52.73.145.32", "52.73.145.32", true), ("52.73.145.32", "52.73.145.33", false),
        ("52.73.145.32", "::ffff:52.73.145.32", true), ("10.0.0.0/8", "10.255.0.1", true),
        ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true),
        ("::/0", "192.0.2.1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::1/128", "2001:db8:0:0::1", true),
        ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.200", true),
    ]

    @Test("A network holds its addresses and no other", arguments: inside)
    func contains(range: String, address: String, isInside: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(
        "What is no network is refused",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "10.0.0.0/08",
            "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "2001:db8::1/32", "::ffff:10.0.0.0/8",
            "fe80::1%eth0", "localhost", " 10.0.0.1", "010.0.0.1", "1:2:3:4:5:6:7:8:9",
        ])
    func refused(_ text: String) {
        #expect(AddressRange(text) == nil)
    }
}
