/// How a value is laid out on the wire.
package enum WireType: UInt64, Sendable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}

/// One field as it stands on the wire.
package struct WireField: Sendable {
    /// The value behind the tag.
    package enum Value: Sendable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(ArraySlice<UInt8>)
    }

    package let number: Int
    package let value: Value
}

/// Reads fields one after another; gives `nil` at the end and throws on bytes that are cut off.
package struct WireReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    package var isAtEnd: Bool { index == bytes.endIndex }

    package mutating func next() throws(SchemaError) -> WireField? {
        guard !isAtEnd else { return nil }
        let tag = try varint()
        guard tag >> 3 > 0, tag >> 3 <= 0x1fff_ffff else {
            throw SchemaError("field number \(tag >> 3) is out of range")
        }
        let number = Int(tag >> 3)
        switch WireType(rawValue: tag & 7) {
        case .varint: return WireField(number: number, value: .varint(try varint()))
        case .fixed64: return WireField(number: number, value: .fixed64(try fixed64()))
        case .fixed32: return WireField(number: number, value: .fixed32(try fixed32()))
        case .lengthDelimited:
            let length = try varint()
            guard length <= UInt64(bytes.endIndex - index) else {
                throw SchemaError("field \(number) reaches past the end of the message")
            }
            return WireField(number: number, value: .bytes(take(Int(length))))
        case nil: throw SchemaError("field \(number) has the unsupported wire type \(tag & 7)")
        }
    }

    package mutating func varint() throws(SchemaError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < bytes.endIndex, shift < 64 {
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw SchemaError("a varint is cut off or longer than 64 bits")
    }

    package mutating func fixed64() throws(SchemaError) -> UInt64 {
        guard bytes.endIndex - index >= 8 else { throw SchemaError("a value is cut off") }
        return take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    package mutating func fixed32() throws(SchemaError) -> UInt32 {
        guard bytes.endIndex - index >= 4 else { throw SchemaError("a value is cut off") }
        return take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { index += count }
        return bytes[index..<index + count]
    }
}

/// Writes fields one after another.
package struct WireWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func tag(_ number: Int, _ type: WireType) {
        varint(UInt64(number) << 3 | type.rawValue)
    }

    package mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    package mutating func fixed64(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    package mutating func fixed32(_ value: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
        }
    }

    package mutating func lengthDelimited(_ number: Int, _ value: some Collection<UInt8>) {
        tag(number, .lengthDelimited)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func append(_ other: some Sequence<UInt8>) {
        bytes.append(contentsOf: other)
    }
}
