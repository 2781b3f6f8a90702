internal import Tenancy
internal import Testing

@Suite struct SyntaxTests {
    @Test(
        "A host name has lower-case labels and a last one that is no number",
        arguments: [
            "bfc.vyomo.in", "a.b", "xn--bcher-kva.example", "1.example", "a-b.c-d.ef",
            String(repeating: "a", count: 63) + ".in",
        ])
    func hostName(_ text: String) { #expect(Syntax.isHostName(text)) }

    @Test(
        "What is not a host name is refused",
        arguments: [
            "", ".", "localhost", "BFC.vyomo.in", "-a.in", "a-.in", "a..in", ".a.in", "a.in.",
            "a b.in", "127.0.0.1", "xn--.in", "ab--cd.in", "bücher.example", "a_b.in", "a.in\u{0}",
            String(repeating: "a", count: 64) + ".in",
            Array(repeating: "abcdefg", count: 32).joined(separator: "."),
        ])
    func notHostName(_ text: String) { #expect(!Syntax.isHostName(text)) }

    @Test("A colour is a hash and six digits", arguments: ["#FF6B00", "#00a651"])
    func color(_ text: String) { #expect(Syntax.isColor(text)) }

    @Test(
        "What is not a colour is refused",
        arguments: ["", "#", "FF6B00", "#FF6B0", "#FF6B000", "#GG0000", "#FF6B0\u{0660}"])
    func notColor(_ text: String) { #expect(!Syntax.isColor(text)) }

    @Test(
        "A URL is https with a host name",
        arguments: [
            "https://cdn.vyomo.in/axis/logo.png", "https://a.b", "https://A.Example:8443/x?y=1#z",
            "https://a.b?x",
        ])
    func url(_ text: String) { #expect(Syntax.isHTTPSURL(text)) }

    @Test(
        "What is not such a URL is refused",
        arguments: [
            "", "http://a.b", "https://", "https://localhost/", "https://user@a.b/",
            "https://a.b:0/", "https://a.b:65536/", "https://a.b:/", "https://a.b/ x",
            "https://a.b/\"", "javascript:alert(1)", "HTTPS://a.b", "https://a.b/\u{e9}",
            "https://a.b/" + String(repeating: "x", count: 2_048),
        ])
    func notURL(_ text: String) { #expect(!Syntax.isHTTPSURL(text)) }

    @Test(
        "An e-mail address is a local part and a host name",
        arguments: ["admin@axissecurities.com", "a.b+c@x.y", "O'Brien@Example.COM"])
    func email(_ text: String) { #expect(Syntax.isEmail(text)) }

    @Test(
        "What is not an e-mail address is refused",
        arguments: [
            "", "@", "a@", "@b.c", "a@b", "a@@b.c", ".a@b.c", "a.@b.c", "a..b@c.d", "a b@c.d",
            "a@b.c\n", "a@-b.c", String(repeating: "a", count: 65) + "@b.c",
        ])
    func notEmail(_ text: String) { #expect(!Syntax.isEmail(text)) }

    @Test(
        "A time zone has an IANA name",
        arguments: [
            "UTC", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "America/Port-au-Prince",
            "Etc/GMT+5",
        ])
    func timeZone(_ text: String) { #expect(Syntax.isTimeZoneName(text)) }

    @Test(
        "What Postgres would take for a zone of the caller's making is refused",
        arguments: [
            "", "IST", "EST5EDT", "+05:30", "Asia/", "/Asia", "Asia/Kol1", "A/B/C/D", "a b/c",
            "posix/Asia/Kolkata", "Right/UTC",
        ])
    func notTimeZone(_ text: String) { #expect(!Syntax.isTimeZoneName(text)) }

    @Test("Text is counted in scalars and has no controls")
    func text() {
        #expect(Syntax.isText("Axis Securities Ltd", lengthMax: 200))
        #expect(Syntax.isText(String(repeating: "ā", count: 200), lengthMax: 200))
        #expect(!Syntax.isText(String(repeating: "a", count: 201), lengthMax: 200))
        #expect(!Syntax.isText("e" + String(repeating: "\u{301}", count: 200), lengthMax: 200))
        for text in ["", " ", "\u{3000}", "a\nb", "a\u{0}", "\u{7f}", "\u{85}"] {
            #expect(!Syntax.isText(text, lengthMax: 200))
        }
    }

    @Test("Text turns no direction, and may be of any language")
    func direction() {
        for value: UInt32 in Array(0x202A...0x202E) + Array(0x2066...0x2069) {
            let text = "a\(Unicode.Scalar(value).map(String.init) ?? "")b"
            #expect(text.unicodeScalars.count == 3 && !Syntax.isText(text, lengthMax: 200))
        }
        for text in ["بنك", "בנק", "a\u{200F}b", "नमस्ते\u{200D}", "a\u{2029}b"] {
            #expect(Syntax.isText(text, lengthMax: 200))
        }
    }
}
