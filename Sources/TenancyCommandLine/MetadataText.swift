package import TTRPC

/// Metadata as it is written on the command line, `key=value`.
package enum MetadataText {
    /// - Throws: `CommandFailure` with `.usage`.
    package static func parse(_ texts: [String]) throws(CommandFailure) -> Metadata {
        var metadata = Metadata()
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw CommandFailure(.usage, "\"\(text)\" is not key=value")
            }
            let key = text[..<equals].lowercased()
            guard key.utf8.allSatisfy(isKeyByte) else {
                throw CommandFailure(
                    .usage, "\"\(key)\": a key has letters, digits, hyphens, dots, underscores")
            }
            guard key != "authorization" else {
                throw CommandFailure(
                    .usage,
                    "every user of this machine can read a command line: give the key with"
                        + " TENANCY_TOKEN_FILE or --token-file")
            }
            metadata.append(String(text[text.index(after: equals)...]), for: key)
        }
        return metadata
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
