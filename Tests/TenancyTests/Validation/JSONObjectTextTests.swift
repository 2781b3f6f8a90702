internal import Tenancy
internal import TestSupport
internal import Testing

@Suite struct JSONObjectTextTests {
    @Test("No text is the empty object")
    func empty() { #expect(JSONObjectText("")?.text == "{}") }

    @Test(
        "An object is kept as it was written",
        arguments: [
            "{}", " {} ", #"{"trading": true, "banking": false}"#,
            #"{"a":[1,-0.5,2e10,1E+308,null,"x\n\u00e9\ud83d\ude00"]}"#,
            #"{"n":123456789012345678901234567890}"#, "{\"श्री\":\"गणेश\"}",
        ])
    func accepted(_ text: String) { #expect(JSONObjectText(text)?.text == text) }

    @Test(
        "What is not one object, or what jsonb cannot hold, is refused",
        arguments: [
            "[]", "1", "null", "{", "}", "{}{}", "{}x", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
            #"{,"a":1}"#, #"{a:1}"#, #"{'a':1}"#, #"{"a":01}"#, #"{"a":.5}"#, #"{"a":1.}"#,
            #"{"a":+1}"#, #"{"a":-}"#, #"{"a":1e}"#, #"{"a":1e309}"#, #"{"a":1e0000000999}"#,
            #"{"a":tru}"#, #"{"a":"\x"}"#, #"{"a":"\u12"}"#, #"{"a":"\u0000"}"#,
            #"{"a":"\ud800"}"#, #"{"a":"\ud800\u0041"}"#, #"{"a":"\udc00"}"#, "{\"a\":\"\n\"}",
            "{\"a\":\"\u{0}\"}", #"{"a":"b}"#, #"{"a":[}"#, #"{"a":NaN}"#,
            "{\"a\":" + String(repeating: "1", count: 65) + "}",
        ])
    func refused(_ text: String) { #expect(JSONObjectText(text) == nil) }

    @Test("Depth and size are capped")
    func caps() {
        func nested(_ depth: Int) -> String {
            "{\"a\":" + String(repeating: "[", count: depth - 1)
                + String(repeating: "]", count: depth - 1) + "}"
        }
        #expect(JSONObjectText(nested(32)) != nil)
        #expect(JSONObjectText(nested(33)) == nil)
        #expect(JSONObjectText(nested(20_000)) == nil)
        let filler = String(repeating: "x", count: JSONObjectText.bytesMax - 8)
        #expect(JSONObjectText("{\"a\":\"\(filler)\"}") != nil)
        #expect(JSONObjectText("{\"a\":\"\(filler)x\"}") == nil)
    }

    @Test("No damage of a text makes the scanner fail")
    func damage() {
        let seed: UInt64 = 0x5eed
        var random = SplitMix(seed: seed)
        let whole = Array(#"{"a":[1,-0.5e3,{"b":"\u00e9\ud83d\ude00"}],"c":null}"#.utf8)
        for round in 0..<20_000 {
            var bytes = whole
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 0x7F)
            bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
            let text = String(decoding: bytes, as: UTF8.self)
            if let object = JSONObjectText(text) {
                #expect(object.text == text || text.isEmpty, "seed \(seed) round \(round)")
            }
        }
    }
}
