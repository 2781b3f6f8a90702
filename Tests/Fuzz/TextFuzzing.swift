internal import OpenSSL
@testable internal import PlainHTTP
@testable internal import Tenancy
internal import W3CTrace

/// What strangers write as text: tokens and their claims, keys, addresses, names in certificates,
/// headers of traces, the head of an HTTP request.
enum TextFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        let text = String(decoding: input, as: UTF8.self)
        credentials(text)
        names(text)
        trace(text)
        head(input)
    }

    private static func credentials(_ text: String) {
        if let token = SignedToken(text) { _ = token.token }
        // The claims by themselves: chance finds no base64 of JSON.
        if let token = TenantToken(json: text) {
            precondition(TenantToken(json: token.json) == token, "written, it reads otherwise")
        }
        if let key = Credential(.apiKey, presented: text) { precondition(key.text == text) }
    }

    private static func names(_ text: String) {
        if let range = AddressRange(text) { precondition(range.text == text) }
        if let address = IPAddress(text) {
            precondition(AddressRange(text)?.contains(address) == true)
        }
        if let identity = try? SPIFFEID(text) {
            precondition(identity.description == text, "two texts are one identity")
        }
    }

    private static func trace(_ text: String) {
        guard let trace = TraceParent(header: text, state: text) else { return }
        precondition(TraceParent(header: trace.header, state: trace.state) == trace)
    }

    /// In pieces as in one: the first byte says how large the pieces are.
    private static func head(_ input: UnsafeRawBufferPointer) {
        guard let size = input.first.map({ Int($0) + 1 }) else { return }
        let bytes = Array(input.dropFirst())
        var whole = RequestHead(bytesMax: 512)
        let atOnce = whole.receive(bytes)
        var pieces = RequestHead(bytesMax: 512)
        var step = RequestHead.Step.more
        var rest = bytes[...]
        while step == .more, !rest.isEmpty {
            step = pieces.receive(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        precondition(bytes.isEmpty || step == atOnce, "pieces read otherwise than the whole")
    }
}
