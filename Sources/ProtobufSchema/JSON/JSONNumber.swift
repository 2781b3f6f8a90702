/// Numbers between JSON, where they are text, and the wire, where they have a width.
enum JSONNumber {
    /// The largest integer up to which every JSON reader is exact.
    static let exactMax: UInt64 = 1 << 53

    /// An integer from a number or from a string that holds one. A fraction of zero and an
    /// exponent are allowed, as proto3 JSON has it.
    static func integer<Integer: FixedWidthInteger>(
        _ value: JSONValue, _ path: String
    ) throws(JSONError) -> Integer {
        let text: String
        switch value {
        case .number(let number): text = number
        case .string(let string): text = string
        default: throw JSONError("must be an integer", path: path)
        }
        if let integer = Integer(text), text.first != "+" { return integer }
        // Within 2^53 a Double loses nothing.
        if let double = Double(text), double.magnitude <= Double(exactMax),
            let integer = Integer(exactly: double), case .number = value
        {
            return integer
        }
        throw JSONError(
            "must be an integer from \(Integer.min) to \(Integer.max)", path: path)
    }

    static func double(_ value: JSONValue, _ path: String) throws(JSONError) -> Double {
        if let number = try special(value, path, Double.self) { return number }
        guard let text = text(of: value), let number = Double(text), number.isFinite else {
            throw JSONError("must be a number", path: path)
        }
        return number
    }

    static func float(_ value: JSONValue, _ path: String) throws(JSONError) -> Float {
        if let number = try special(value, path, Float.self) { return number }
        guard let text = text(of: value), let number = Float(text), number.isFinite else {
            throw JSONError("must be a number that fits into 32 bits", path: path)
        }
        return number
    }

    /// What JSON has no number for.
    private static func special<Number: FloatingPoint>(
        _ value: JSONValue, _ path: String, _ type: Number.Type
    ) throws(JSONError) -> Number? {
        switch value {
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }

    /// The text of a number, or of a string that holds one by JSON's grammar.
    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .number(let text): text
        case .string(let text):
            if case .number(let number)? = try? JSONParser.parse(text) { number } else { nil }
        default: nil
        }
    }

    // MARK: Wire to JSON

    static func value(_ integer: Int64) -> JSONValue {
        integer.magnitude <= exactMax ? .number(String(integer)) : .string(String(integer))
    }

    static func value(_ integer: UInt64) -> JSONValue {
        integer <= exactMax ? .number(String(integer)) : .string(String(integer))
    }

    static func value(_ number: Double) -> JSONValue {
        guard number.isFinite else { return notFinite(number.isNaN, number < 0) }
        return .number(short(number.description))
    }

    static func value(_ number: Float) -> JSONValue {
        guard number.isFinite else { return notFinite(number.isNaN, number < 0) }
        return .number(short(number.description))
    }

    private static func notFinite(_ isNaN: Bool, _ isNegative: Bool) -> JSONValue {
        .string(isNaN ? "NaN" : isNegative ? "-Infinity" : "Infinity")
    }

    /// `5.0` is printed as `5`.
    private static func short(_ text: String) -> String {
        text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// RFC 4648, both alphabets on the way in, padding optional.
package enum Base64 {
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count)) & 63])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count)) & 63]) }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        for letter in text.utf8 {
            if letter == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(of: letter) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        // One letter more than whole bytes need says nothing.
        return padding <= 2 && count < 6 ? bytes : nil
    }

    private static func value(of letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
