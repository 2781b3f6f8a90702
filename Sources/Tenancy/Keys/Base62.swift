/// Digits, upper-case and lower-case letters: text that a double click selects as a whole.
package enum Base62 {
    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The number that the bytes are, most significant first, in exactly so many digits.
    ///
    /// - Precondition: the number has no more digits.
    package static func encode(_ bytes: [UInt8], digits: Int) -> String {
        var number = bytes
        var text = [UInt8](repeating: alphabet[0], count: digits)
        for place in text.indices.reversed() {
            // One step of long division by 62, the remainder of which is the next digit.
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(value / 62)
                remainder = value % 62
            }
            text[place] = alphabet[remainder]
        }
        precondition(number.allSatisfy { $0 == 0 }, "the number has more than \(digits) digits")
        return String(decoding: text, as: UTF8.self)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || byte.isASCIILetter
    }
}
