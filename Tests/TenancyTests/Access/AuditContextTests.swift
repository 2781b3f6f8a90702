internal import Tenancy
internal import Testing

@Suite struct AuditContextTests {
    @Test(
        "An address of either family is kept",
        arguments: [
            "127.0.0.1", "52.73.145.32", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8",
            "::ffff:10.0.0.1", "1::8", "1:2:3:4:5:6:7::",
        ])
    func address(_ text: String) {
        #expect(AuditContext(actor: "a", address: text).address == text)
    }

    @Test(
        "What is no address is left out",
        arguments: [
            "", "x", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", ":", ":::", "1::2::3",
            "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "12345::", "fe80::1%eth0", "[::1]",
            "1.2.3.4::", "1:2:3:4:5:6:7::8",
        ])
    func notAddress(_ text: String) {
        #expect(AuditContext(actor: "a", address: text).address == nil)
    }

    @Test("What a caller says about itself is cleaned and cut")
    func cleaned() {
        let context = AuditContext(
            actor: "a\u{0}b\n", userAgent: String(repeating: "x", count: 10_000))
        #expect(context.actor == "ab")
        #expect(context.userAgent?.count == AuditContext.userAgentLengthMax)
        #expect(AuditContext(actor: "\u{0}").actor == "unknown")
        #expect(AuditContext(actor: "a", userAgent: "").userAgent == nil)
    }
}
