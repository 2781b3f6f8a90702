/// Reads the fields of one serialized message, one after the other, without allocating.
///
/// Only what the envelope needs: varints and length-delimited fields, and skipping the rest.
/// Every length is checked against what is left before it is used.
struct ProtobufReader {
    /// The wire types of protobuf; groups (3 and 4) are refused.
    enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    struct Key {
        var field: UInt64
        var type: WireType
    }

    private var bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { bytes.isEmpty }

    /// The next field's number and type; nil when the bytes are not a valid key.
    mutating func key() -> Key? {
        guard let raw = varint(), let type = WireType(rawValue: raw & 7), raw >> 3 != 0,
            raw >> 3 <= 0x1fff_ffff
        else { return nil }
        return Key(field: raw >> 3, type: type)
    }

    /// The next varint; nil when it is cut off or longer than ten bytes.
    mutating func varint() -> UInt64? {
        guard let first = bytes.first else { return nil }
        if first < 0x80 {
            bytes = bytes.dropping(1)
            return UInt64(first)
        }
        var value: UInt64 = 0
        var index = 0
        while index < min(bytes.count, 10) {
            let byte = bytes[index]
            value |= UInt64(byte & 0x7f) << UInt64(7 * index)
            index += 1
            if byte < 0x80 {
                bytes = bytes.dropping(index)
                return value
            }
        }
        return nil
    }

    /// The bytes of a length-delimited field; nil when they are cut off.
    mutating func lengthDelimited() -> UnsafeRawBufferPointer? {
        guard let length = varint(), length <= UInt64(bytes.count) else { return nil }
        let field = UnsafeRawBufferPointer(rebasing: bytes[..<Int(length)])
        bytes = bytes.dropping(Int(length))
        return field
    }

    /// Moves past a field's value; false when it is cut off.
    mutating func skip(_ type: WireType) -> Bool {
        switch type {
        case .varint: return varint() != nil
        case .lengthDelimited: return lengthDelimited() != nil
        case .fixed64: return skip(byteCount: 8)
        case .fixed32: return skip(byteCount: 4)
        }
    }

    private mutating func skip(byteCount: Int) -> Bool {
        guard bytes.count >= byteCount else { return false }
        bytes = bytes.dropping(byteCount)
        return true
    }
}

extension String {
    /// The string these bytes are in UTF-8; nil when they are not, or hold a NUL.
    ///
    /// A NUL is refused although protobuf allows it: what lies behind it would be cut off by every
    /// C library on the way, and a name that reads differently in two places is a way around rules.
    init?(validating bytes: UnsafeRawBufferPointer) {
        guard !bytes.contains(0), let string = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        self = string
    }
}
