/// Walks over JSON text without building anything. The depth is capped, so the recursion is too.
struct JSONScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether the whole text is one object.
    mutating func scanObjectDocument() -> Bool {
        skipBlanks()
        guard peek == UInt8(ascii: "{"), scanValue(depth: 1) else { return false }
        skipBlanks()
        return position == bytes.count
    }

    /// Whether the whole text is one value of any kind.
    mutating func scanDocument() -> Bool {
        skipBlanks()
        guard scanValue(depth: 1) else { return false }
        skipBlanks()
        return position == bytes.count
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private mutating func scanValue(depth: Int) -> Bool {
        switch peek {
        case UInt8(ascii: "{"):
            return depth <= JSONObjectText.depthMax && scanMembers(depth: depth)
        case UInt8(ascii: "["):
            return depth <= JSONObjectText.depthMax && scanElements(depth: depth)
        case UInt8(ascii: "\""): return scanString()
        case UInt8(ascii: "t"): return scanWord("true")
        case UInt8(ascii: "f"): return scanWord("false")
        case UInt8(ascii: "n"): return scanWord("null")
        default: return scanNumber()
        }
    }

    private mutating func scanMembers(depth: Int) -> Bool {
        position += 1
        skipBlanks()
        if take(UInt8(ascii: "}")) { return true }
        while true {
            skipBlanks()
            guard scanString() else { return false }
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { return false }
            skipBlanks()
            guard scanValue(depth: depth + 1) else { return false }
            skipBlanks()
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "}"))
        }
    }

    private mutating func scanElements(depth: Int) -> Bool {
        position += 1
        skipBlanks()
        if take(UInt8(ascii: "]")) { return true }
        while true {
            skipBlanks()
            guard scanValue(depth: depth + 1) else { return false }
            skipBlanks()
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "]"))
        }
    }

    private mutating func scanWord(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { expected in
            guard bytes[position...].starts(with: expected) else { return false }
            position += expected.count
            return true
        }
    }

    private mutating func scanString() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard scanEscape() else { return false }
            case ..<0x20: return false
            default: continue
            }
        }
        return false
    }

    private mutating func scanEscape() -> Bool {
        guard let byte = peek else { return false }
        position += 1
        guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
        guard let unit = scanFourDigits(), unit != 0 else { return false }
        switch unit {
        case 0xD800...0xDBFF:
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = scanFourDigits()
            else { return false }
            return 0xDC00...0xDFFF ~= low
        case 0xDC00...0xDFFF: return false
        default: return true
        }
    }

    private mutating func scanFourDigits() -> UInt16? {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = peek?.hexadecimalValue else { return nil }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    private mutating func scanNumber() -> Bool {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) {
            guard scanDigits() > 0 else { return false }
        }
        if take(UInt8(ascii: ".")) {
            guard scanDigits() > 0 else { return false }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let exponent = position
            guard scanDigits() > 0 else { return false }
            let digits = bytes[exponent..<position].drop { $0 == UInt8(ascii: "0") }
            guard digits.count <= 3 else { return false }
            let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            guard value <= JSONObjectText.exponentMax else { return false }
        }
        return position - start <= JSONObjectText.numberBytesMax
    }

    private mutating func scanDigits() -> Int {
        let start = position
        while peek?.isASCIIDigit == true { position += 1 }
        return position - start
    }
}
