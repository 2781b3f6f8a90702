internal import Tenancy
internal import Testing

@Suite struct TenantCodeTests {
    @Test(
        "A code has 3 to 63 lower-case letters, digits and inner hyphens",
        arguments: [
            "axis-securities", "abc", "123", "a-b", "tenant-00000",
            String(repeating: "a", count: 63),
        ])
    func accepted(_ text: String) { #expect(TenantCode(text)?.text == text) }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "ab", "-abc", "abc-", "a--b", "Axis", "a_b", "a b", "a.b", "ab\u{e9}", "abc\n",
            "ab\u{0}", "аbc", String(repeating: "a", count: 64),
        ])
    func refused(_ text: String) { #expect(TenantCode(text) == nil) }
}
