@testable internal import Tenancy
internal import Testing

@Suite struct PageTokenTests {
    @Test("A token is read under its own filter only", arguments: ["", "a", "vyomo@x", "日本"])
    func text(_ position: String) {
        let token = PageToken(afterText: position)
        let text = token.encoded(filter: "f")
        #expect(PageToken(text, filter: "f") == token)
        #expect(PageToken(text, filter: "f")?.afterText == position)
        #expect(PageToken(text, filter: "f")?.afterID == nil)
        #expect(PageToken(text, filter: "g") == nil)
    }

    @Test("A number stays one", arguments: [0, 1, Int64.max])
    func number(_ position: Int64) {
        let text = PageToken(afterID: position).encoded(filter: "f")
        #expect(PageToken(text, filter: "f")?.afterID == position)
        #expect(PageToken(text, filter: "f")?.afterText == nil)
    }

    @Test("A longest name fits")
    func longest() {
        let name = String(repeating: "u", count: 255)
        #expect(PageToken(PageToken(afterText: name).encoded(filter: ""), filter: "") != nil)
    }

    @Test("Damage is noticed")
    func damage() {
        let text = PageToken(afterText: "user_123").encoded(filter: "f")
        for index in text.indices {
            var damaged = text
            damaged.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            let read = PageToken(damaged, filter: "f")
            // The first byte tells the kind, and does not enter the check.
            #expect(read == nil || read?.afterText == "user_123")
        }
        for wrong in ["", "AA", "!", String(repeating: "A", count: 1_000), text + "A"] {
            #expect(PageToken(wrong, filter: "f") == nil)
        }
    }
}
