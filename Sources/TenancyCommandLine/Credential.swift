/// An API key or tenant token and the metadata that carries it.
package struct Credential: Sendable, Hashable {
    /// The longest token, in bytes.
    package static let tokenBytesMax = 8192

    /// The text behind `Bearer`.
    package let token: String

    /// Takes the text of a file, without the space around it.
    ///
    /// - Throws: `CommandFailure` with `.usage`, which does not repeat the text.
    package init(text: String, source: String) throws(CommandFailure) {
        var token = text[...]
        while let first = token.first, first.isWhitespace { token.removeFirst() }
        while let last = token.last, last.isWhitespace { token.removeLast() }
        guard !token.isEmpty, token.utf8.count <= Self.tokenBytesMax,
            token.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw CommandFailure(.usage, "\(source) does not hold one key or token") }
        self.token = String(token)
    }

    /// The value of the `authorization` key.
    package var authorization: String { "Bearer \(token)" }
}
