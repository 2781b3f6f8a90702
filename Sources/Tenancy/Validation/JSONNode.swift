/// A JSON value taken apart. Each member keeps its own text, so that what is put together again
/// keeps every digit.
enum JSONNode: Sendable, Hashable {
    case object([Member])
    case array([JSONNode])
    case string(String)
    case bool(Bool)
    case number
    case null

    struct Member: Sendable, Hashable {
        let name: String
        let value: JSONNode
        /// The member as it stands: name, colon and value.
        let text: String
    }

    /// - Parameter text: Known to be well-formed, so that the depth is capped.
    init(wellFormed text: String) {
        var reader = JSONReader(Array(text.utf8))
        self = reader.readValue()
    }

    /// The members of an object; nil for anything else.
    var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var isBool: Bool {
        guard case .bool = self else { return false }
        return true
    }
}

/// Takes well-formed JSON apart; what `JSONScanner` has accepted has nothing else in it.
private struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func readValue() -> JSONNode {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return .object(readMembers())
        case UInt8(ascii: "["): return .array(readElements())
        case UInt8(ascii: "\""): return .string(readString())
        case UInt8(ascii: "t"):
            position += 4
            return .bool(true)
        case UInt8(ascii: "f"):
            position += 5
            return .bool(false)
        case UInt8(ascii: "n"):
            position += 4
            return .null
        default:
            while let byte = peek, byte.isASCIIDigit || "+-.eE".utf8.contains(byte) {
                position += 1
            }
            return .number
        }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private mutating func readMembers() -> [JSONNode.Member] {
        var members: [JSONNode.Member] = []
        position += 1
        skipBlanks()
        while let byte = peek, byte != UInt8(ascii: "}") {
            let start = position
            let name = readString()
            skipBlanks()
            position += 1  // the colon
            let value = readValue()
            members.append(
                .init(
                    name: name, value: value,
                    text: String(decoding: bytes[start..<position], as: UTF8.self)))
            skipSeparator()
        }
        position += 1
        return members
    }

    private mutating func readElements() -> [JSONNode] {
        var elements: [JSONNode] = []
        position += 1
        skipBlanks()
        while let byte = peek, byte != UInt8(ascii: "]") {
            elements.append(readValue())
            skipSeparator()
        }
        position += 1
        return elements
    }

    private mutating func skipSeparator() {
        skipBlanks()
        if peek == UInt8(ascii: ",") { position += 1 }
        skipBlanks()
    }

    private mutating func readString() -> String {
        var units: [UInt16] = []
        var plain: [UInt8] = []
        var text = ""
        func flush() {
            text += String(decoding: plain, as: UTF8.self)
            text += String(decoding: units, as: UTF16.self)
            plain = []
            units = []
        }
        position += 1
        while let byte = peek, byte != UInt8(ascii: "\"") {
            position += 1
            guard byte == UInt8(ascii: "\\"), let escape = peek else {
                if !units.isEmpty { flush() }
                plain.append(byte)
                continue
            }
            position += 1
            if !plain.isEmpty { flush() }
            units.append(readEscape(escape))
        }
        flush()
        position += 1
        return text
    }

    private mutating func readEscape(_ escape: UInt8) -> UInt16 {
        switch escape {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"):
            var unit: UInt16 = 0
            for _ in 0..<4 {
                unit = unit << 4 | UInt16(peek?.hexadecimalValue ?? 0)
                position += 1
            }
            return unit
        default: return UInt16(escape)
        }
    }
}
