/// Digits, upper-case and lower-case letters: text that a double click selects as a whole.
package enum Base62 {
    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The number that the bytes are, most significant first, in exactly so many digits.
    ///
    /// - Precondition: the number has no more digits.
    package static func encode(_ bytes: some Sequence<UInt8>, digits: Int) -> String {
        // The division leaves it zero, and the digits are written where they stay: of a secret no
        // copy is left behind.
        var number = Array(bytes)
        let text = String(unsafeUninitializedCapacity: digits) { text in
            for place in (0..<digits).reversed() {
                // One step of long division by 62, the remainder of which is the next digit.
                var remainder = 0
                for index in number.indices {
                    let value = remainder << 8 | Int(number[index])
                    number[index] = UInt8(value / 62)
                    remainder = value % 62
                }
                text[place] = alphabet[remainder]
            }
            return digits
        }
        precondition(number.allSatisfy { $0 == 0 }, "the number has more than \(digits) digits")
        return text
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || byte.isASCIILetter
    }
}
