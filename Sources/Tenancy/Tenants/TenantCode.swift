/// The code that callers name a tenant by. It never changes, and codes differ by their bytes.
package struct TenantCode: Sendable, Hashable, CustomStringConvertible {
    package static let bytesMin = 3
    package static let bytesMax = 63
    package static let rule =
        "must be 3 to 63 lower-case letters, digits and single inner hyphens"

    package let text: String

    package init?(_ text: String) {
        let hyphen = UInt8(ascii: "-")
        guard Self.bytesMin...Self.bytesMax ~= text.utf8.count else { return nil }
        var previous = hyphen
        for byte in text.utf8 {
            guard byte.isASCIILowercase || byte.isASCIIDigit || byte == hyphen else { return nil }
            // Starting as if after a hyphen refuses a leading one with the doubled ones.
            if byte == hyphen, previous == hyphen { return nil }
            previous = byte
        }
        guard previous != hyphen else { return nil }
        self.text = text
    }

    package var description: String { text }
}
