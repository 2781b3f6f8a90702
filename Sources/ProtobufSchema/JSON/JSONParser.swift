/// Reads JSON text (RFC 8259) strictly: duplicate keys, lone surrogates and trailing text are
/// errors, because each of them means different things to different readers.
package struct JSONParser {
    /// The most text that is read, in bytes.
    package static let textBytesMax = 16 << 20
    /// How deep arrays and objects may stand inside one another.
    package static let depthMax = 64

    private let bytes: [UInt8]
    private var index = 0

    /// The one value that `text` holds.
    package static func parse(_ text: String) throws(JSONError) -> JSONValue {
        guard text.utf8.count <= textBytesMax else {
            throw JSONError("the text is longer than \(textBytesMax) bytes")
        }
        var parser = JSONParser(bytes: Array(text.utf8))
        let value = try parser.value(depth: 1)
        parser.skipSpace()
        guard parser.index == parser.bytes.count else {
            throw parser.error("nothing may follow the value")
        }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    // MARK: Structure

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= Self.depthMax else { throw error("nested deeper than \(Self.depthMax)") }
        skipSpace()
        guard let byte = peek else { throw error("the text ends where a value belongs") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("not a value")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw error("a key in quotes belongs here") }
            let key = try string()
            guard keys.insert(key).inserted else { throw error("the key \"\(key)\" occurs twice") }
            skipSpace()
            guard take(":") else { throw error("a colon belongs here") }
            members.append(JSONValue.Member(key, try value(depth: depth + 1)))
            skipSpace()
        } while take(",")
        guard take("}") else { throw error("a comma or a closing brace belongs here") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        index += 1
        var values: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(values) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw error("a comma or a closing bracket belongs here") }
        return .array(values)
    }

    private mutating func literal(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard index < bytes.count, bytes[index] == word.utf8Start[offset] else {
                throw error("not a value")
            }
            index += 1
        }
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func digits() throws(JSONError) {
        let start = index
        while let byte = peek, byte &- UInt8(ascii: "0") < 10 { index += 1 }
        guard index > start else { throw error("a digit belongs here") }
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw error("a control character must be escaped")
            default: text.append(byte)
            }
        }
        throw error("the text ends inside a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = peek else { throw error("the text ends inside a string") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicode()).utf8)
        default: throw error("not an escape")
        }
    }

    private mutating func unicode() throws(JSONError) -> Unicode.Scalar {
        var value = try hexadecimal()
        if value & 0xfc00 == 0xd800, take("\\"), take("u") {
            let low = try hexadecimal()
            guard low & 0xfc00 == 0xdc00 else { throw error("half of a surrogate pair") }
            value = 0x10000 + (value & 0x3ff) << 10 + low & 0x3ff
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("half of a surrogate pair") }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        guard bytes.count - index >= 4 else { throw error("four hexadecimal digits belong here") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit = Character(Unicode.Scalar(bytes[index]))
            guard digit.isASCII, let four = digit.hexDigitValue else {
                throw error("four hexadecimal digits belong here")
            }
            value = value << 4 | UInt32(four)
            index += 1
        }
        return value
    }

    // MARK: Bytes

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            index += 1
        }
    }

    private func error(_ rule: String) -> JSONError {
        let before = bytes[..<index]
        let line = before.count { $0 == 0x0a } + 1
        let column = index - (before.lastIndex(of: 0x0a) ?? -1)
        return JSONError("line \(line), column \(column): \(rule)")
    }
}

/// Why a text is not JSON, or a JSON value is not the message that it should be.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field, in JSON names joined by dots; empty for the text as a whole.
    package let path: String
    package let reason: String

    package init(_ reason: String, path: String = "") {
        self.path = path
        self.reason = reason
    }

    package var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}
