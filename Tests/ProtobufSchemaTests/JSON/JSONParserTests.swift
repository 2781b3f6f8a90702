internal import ProtobufSchema
internal import Testing

@Suite("JSON text")
struct JSONParserTests {
    @Test(
        "valid text comes back as it was, digits and key order kept",
        arguments: [
            "{}", "[]", "null", "true", "false", "0", "-0", "1e400", "12345678901234567890.1234",
            #"{"b":1,"a":[{"c":null}]}"#, #""a\"\\\n\u0001é🙏""#,
        ])
    func roundTrip(_ text: String) throws {
        #expect(try JSONParser.parse(text).text() == text)
    }

    @Test("escapes are resolved")
    func escapes() throws {
        #expect(
            try JSONParser.parse(#""\u0041\ud83d\ude4f\/\b\f\n\r\t""#)
                == .string("A🙏/\u{8}\u{c}\n\r\t"))
    }

    @Test("indented text reads back")
    func indented() throws {
        let value = try JSONParser.parse(#"{"a":[1,{"b":[]}],"c":{}}"#)
        let text = value.text(indented: true)
        #expect(text.hasPrefix("{\n  \"a\": [\n    1,"))
        #expect(try JSONParser.parse(text) == value)
    }

    @Test(
        "text that is not JSON is refused",
        arguments: [
            "", " ", "{", "[1,", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", "-", "+1", ".5", "1e",
            "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
            "\"\n\"", "nul", "truee", "1 2", "{\"a\":1,\"a\":2}", "NaN", "'a'",
        ])
    func refused(_ text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test("nesting is limited")
    func nesting() throws {
        let depth = JSONParser.depthMax
        let allowed =
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(throws: Never.self) { try JSONParser.parse(allowed) }
        #expect(throws: JSONError.self) { try JSONParser.parse("[" + allowed + "]") }
        #expect(throws: JSONError.self) {
            try JSONParser.parse(String(repeating: "[", count: 1 << 20))
        }
    }
}
